"""How a call is named where it is measured, and how it ended."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from plures.contract import ContractDescription, ContractError, OperationDescription
from plures.errors import CallError, Status
from plures.telemetry import Meter, SpanKind, Subject, Telemetry

LOCAL: Final = "local"
"""The placement of a callee in the process of its caller."""

REMOTE: Final = "remote"
"""The placement of a callee in another process."""

MeterFor = Callable[[OperationDescription, SpanKind, str], Meter]
"""Operation, side and placement → what measures the calls that an owner makes of it."""

# Of clients that tests and tools make by hand: no one reads it.
_UNREAD: Final = Telemetry()


def unread(operation: OperationDescription, kind: SpanKind, placement: str) -> Meter:
    """A meter for calls that no one asks about."""
    return Meter(subject_of(operation, kind, "", placement), _UNREAD.recorder)


def subject_of(operation: OperationDescription, kind: SpanKind, caller: str, placement: str) -> Subject:
    """What is said of an operation where its calls are measured."""
    service = operation.full_name.rpartition("/")[0]
    contract = service.rpartition(".")[0]
    name = f"{operation.capability}/{operation.wire_name}"
    return Subject(kind, name, operation.capability, caller, placement, contract)


def services_of(contracts: Iterable[ContractDescription]) -> dict[str, str]:
    """Contract and subject, as in `shop.search.v1/search/Find` → service, as in `shop.search.v1.Search`."""
    every = [each for contract in contracts for each in contract.operations.values()]
    services = ((each, each.full_name.rpartition("/")[0]) for each in every)
    return {f"{service.rpartition('.')[0]}/{each.capability}/{each.wire_name}": service for each, service in services}


def code_of(error: BaseException) -> str:
    """How a call ended that ended with this: a code of the protocol, or the name of a declared error."""
    if isinstance(error, ContractError):
        return type(error).__name__
    if isinstance(error, CallError):
        return error.status.value
    return Status.CANCELED.value if isinstance(error, asyncio.CancelledError) else Status.INTERNAL.value
