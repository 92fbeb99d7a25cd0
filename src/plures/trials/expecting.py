"""Holds a service to what tests of its consumers expect: the same outcome, and an answer with all that was in the expected one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from plures.contract import (
    ContractDescription,
    FixedTupleType,
    MapType,
    MessageType,
    OperationDescription,
    OptionalType,
    TupleType,
    UnionType,
    WireType,
    as_list,
    as_object,
)
from plures.errors import Status
from plures.pacts import Expectation, why_broken

from .asking import Asker
from .findings import Finding, Proof
from .heard import Heard
from .trial import Trial

_TRIES: Final = 3


class Expecting:
    """Sends what was recorded, and compares.

    Args:
        asker: Sends requests as callers do.
        clients: What functions of states are given.
    """

    def __init__(self, contract: ContractDescription, trial: Trial, asker: Asker, clients: Any) -> None:
        self._contract = contract
        self._trial = trial
        self._asker = asker
        self._clients = clients

    async def hold(self, operation: OperationDescription, expectations: Iterable[Expectation]) -> list[Finding]:
        """What the service does otherwise than expected."""
        return [found for each in expectations for found in await self._hold(operation, each)]

    async def _hold(self, operation: OperationDescription, each: Expectation) -> list[Finding]:
        broken = why_broken(each, self._contract)
        if broken:
            return [self._finding(operation, each, f"its contract cannot keep it: {broken}", each.request, Heard())]
        request = each.request
        if each.state:
            prepare = self._trial.states.get(each.state)
            if prepare is None:
                what = f"its Trial does not say how the state {each.state!r} comes about"
                return [self._finding(operation, each, what, request, Heard())]
            request = replaced(request, await prepare(self._clients, **each.parameters) or {})
        heard = await self._ask(operation, request)
        what = _difference(operation, each, heard)
        return [self._finding(operation, each, what, request, heard)] if what else []

    async def _ask(self, operation: OperationDescription, request: Any) -> Heard:
        heard = await self._asker.ask(operation, request)
        for _ in range(_TRIES - 1):
            if heard.code != Status.DEADLINE_EXCEEDED.value:
                break
            heard = await self._asker.ask(operation, request)
        return heard

    def _finding(
        self, operation: OperationDescription, each: Expectation, what: str, request: Any, heard: Heard
    ) -> Finding:
        state = f", given {each.state}" if each.state else ""
        return Finding(
            Proof.EXPECTED,
            self._contract.name,
            operation.full_name,
            operation.name,
            what,
            request,
            heard.shown,
            heard.log,
            whose=f"{each.whose}{state}",
        )


def replaced(value: Any, stand_ins: Mapping[str, str]) -> Any:
    """A value with texts of the recording replaced by those that stand for them here."""
    if isinstance(value, str):
        return stand_ins.get(value, value)
    fields = as_object(value)
    if fields is not None:
        return {name: replaced(part, stand_ins) for name, part in fields.items()}
    items = as_list(value)
    return value if items is None else [replaced(item, stand_ins) for item in items]


def _difference(operation: OperationDescription, each: Expectation, heard: Heard) -> str:
    if heard.problems:
        return "; ".join(heard.problems)
    if (heard.code or heard.declared) and heard.declared != each.error:
        expected = each.error.rpartition(".")[2] if each.error else "an answer"
        return f"{expected} was expected, and it fails with {heard.declared.rpartition('.')[2] or heard.code}"
    if each.error and not heard.declared:
        return f"{each.error.rpartition('.')[2]} was expected, and it answers"
    if each.error:
        declared = next(known for known in operation.errors if known.name == each.error)
        return next(iter(missing(declared.codec.message, each.answer, heard.body, "")), "")
    message = operation.answer.message
    if operation.streams:
        return next(iter(_list(message, each.answer, heard.body, "the stream")), "")
    return next(iter(missing(message, each.answer, heard.body, "")), "")


def missing(wire_type: WireType, expected: Any, actual: Any, at: str) -> list[str]:  # noqa: PLR0911 - a table of cases
    """What of an expected answer an actual one does not have. Values are examples: what counts is which of them there are."""
    if expected is None:
        return []
    if actual is None:
        return [f"{at or 'the answer'} is absent, and the expected answer has it"]
    match wire_type:
        case OptionalType():
            return missing(wire_type.parts[0], expected, actual, at)
        case MessageType():
            fields, there = as_object(expected) or {}, as_object(actual) or {}
            types = {field.wire_name: field.type for field in wire_type.fields}
            return _each((types[name], fields[name], there.get(name), f"{at}.{name}".lstrip(".")) for name in fields)
        case UnionType():
            [(key, part)] = (as_object(expected) or {}).items()
            there = as_object(actual) or {}
            if key not in there:
                return [f"{at or 'the answer'} is {', '.join(there)}, and {key} was expected"]
            return missing(wire_type.members[key], part, there[key], f"{at}.{key}".lstrip("."))
        case TupleType():
            return _list(wire_type.parts[0], expected, actual, at)
        case MapType():
            parts = [list((as_object(each) or {}).values()) for each in (expected, actual)]
            return _list(wire_type.parts[0], parts[0], parts[1], at)
        case FixedTupleType():
            pairs = zip(wire_type.parts, as_list(expected) or [], as_list(actual) or [], strict=True)
            return _each((part, one, other, f"{at}[{n}]") for n, (part, one, other) in enumerate(pairs))
        case _:
            return []


def _list(item: WireType, expected: Any, actual: Any, at: str) -> list[str]:
    there = as_list(actual) or []
    for each in as_list(expected) or []:
        lacks = [missing(item, each, other, f"{at}[]") for other in there]
        if not there:
            return [f"{at or 'the answer'} is empty, and items were expected"]
        if all(lacks):
            return min(lacks, key=len)
    return []


def _each(parts: Iterable[tuple[WireType, Any, Any, str]]) -> list[str]:
    compare: Callable[..., list[str]] = missing
    return [problem for each in parts for problem in compare(*each)]
