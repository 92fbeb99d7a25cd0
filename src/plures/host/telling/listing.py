"""The contract listing: what a replica serves, and what others do, as plain data for people and tools."""

from collections.abc import Iterable, Mapping, Sequence

from plures.contract import (
    Beside,
    ContractDescription,
    EventDescription,
    HeadersType,
    OperationDescription,
    cache_control,
)
from plures.optional import Outage


def listing(
    application: str,
    contracts: Iterable[ContractDescription],
    elsewhere: Iterable[ContractDescription] = (),
    *,
    subscriptions: Mapping[str, Sequence[object]] | None = None,
    sagas: Mapping[str, Sequence[object]] | None = None,
    outages: Mapping[tuple[str, str], Outage] | None = None,
    policies: Mapping[str, object] | None = None,
    admissions: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """All contracts with their operations and events; messages as JSON Schema.

    Args:
        contracts: Those that this replica serves, the newest version of each first.
        elsewhere: The other ones of the application.
        subscriptions: Capability → how those that get its events fare, where that can be found out.
        sagas: Capability → how many of its sagas have not ended, where that can be found out.
        outages: Caller and capability → how a capability fares that the caller can do without.
        policies: Capability → what calls of it are subject to.
        admissions: Capability → what of them this replica admits.
    """
    newest: dict[str, str] = {}
    contracts, elsewhere = tuple(contracts), tuple(elsewhere)
    for contract in (*contracts, *elsewhere):
        newest.setdefault(contract.capability, contract.name)
    fare, unended, subject_to, admitted = subscriptions or {}, sagas or {}, policies or {}, admissions or {}
    return {
        "application": application,
        "contracts": [
            {
                **_contract(contract, subject_to, newest),
                "admission": admitted.get(contract.capability),
                "subscriptions": fare.get(contract.capability, []),
                "sagas": unended.get(contract.capability, []),
            }
            for contract in contracts
        ],
        "elsewhere": [_contract(contract, subject_to, newest) for contract in elsewhere],
        "optional": [
            {"caller": caller, "capability": capability, "is_out": outage.is_on, "went_without": outage.went_without}
            for (caller, capability), outage in (outages or {}).items()
        ],
    }


def _contract(
    contract: ContractDescription, policies: Mapping[str, object], newest: Mapping[str, str]
) -> dict[str, object]:
    # It is not needed before someone asks.
    from plures.compat import described, lock_text

    successor = newest[contract.capability]
    return {
        "name": contract.name,
        "service": contract.service,
        "capability": contract.capability,
        "owner": contract.owner,
        "doc": contract.doc,
        "stability": contract.stability.value,
        "deprecated": contract.deprecated.isoformat() if contract.deprecated else None,
        "sunset": contract.sunset.isoformat() if contract.sunset else None,
        "successor": None if successor == contract.name else successor,
        "policy": policies.get(contract.capability),
        "operations": [_operation(operation) for operation in contract.operations.values()],
        "events": [_event(event) for event in contract.events],
        "lock": lock_text(described(contract)),
    }


def _event(event: EventDescription) -> dict[str, object]:
    return {"name": event.name, "key": event.key or None, "data": event.codec.message.json_schema()}


def _operation(operation: OperationDescription) -> dict[str, object]:
    declaration, beside = operation.declaration, operation.beside or Beside()
    return {
        "name": operation.full_name,
        "kind": "query" if declaration.is_query else "command",
        "idempotent": declaration.idempotent,
        "streams": operation.streams,
        "deadline_s": declaration.deadline_s,
        "max_request_bytes": declaration.max_request_bytes,
        "max_response_bytes": declaration.max_response_bytes,
        "criticality": declaration.criticality.value,
        "hedge_after_s": declaration.hedge_after_s or None,
        "cache_control": cache_control(declaration.cache_s, declaration.cache) or None,
        "request_headers": _headers(beside.request),
        "headers": _headers(beside.answer),
        "trailers": _headers(beside.trailers),
        "request": operation.request.message.json_schema(),
        "answer": operation.answer.message.json_schema(),
        "errors": [
            {"name": error.name, "status": error.python.status.value, "fields": error.codec.message.json_schema()}
            for error in operation.errors
        ],
    }


def _headers(declared: HeadersType | None) -> dict[str, object] | None:
    """The JSON Schema of each header by its name; None where none are declared."""
    return None if declared is None else declared.json_schema()
