"""What came back of one request, in whichever way it was sent: comparable, and held against the contract."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plures.contract import (
    ContractError,
    EnumType,
    Malformed,
    MapType,
    MessageType,
    OperationDescription,
    OptionalType,
    TooDeep,
    UnionType,
    WireType,
    as_list,
    as_object,
)
from plures.errors import CallError, KeyReused, Outcome

_MOST_SHOWN: Final = 2000


@dataclass(frozen=True)
class Heard:
    """What came back.

    Attributes:
        code: The code of the Connect protocol; empty where it was answered.
        declared: The full name of the declared error; empty where it is none.
        body: The JSON of the answer, of the items of a stream, of the fields of a declared error, or what else was said.
        problems: Why it is not what the contract says.
        never_ran: Whether the callee says that the operation did not begin.
        log: What the callee logged of it, where it runs in this process.
    """

    code: str = ""
    declared: str = ""
    body: Any = None
    problems: tuple[str, ...] = ()
    never_ran: bool = False
    log: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether it is an answer or a declared error, as the contract says."""
        return (not self.code or bool(self.declared)) and not self.problems

    @property
    def what(self) -> tuple[str, str, str]:
        """What two equal requests must have in common."""
        return self.code, self.declared, json.dumps(self.body, sort_keys=True) if self.is_fine else ""

    @property
    def shown(self) -> str:
        """In words."""
        body = json.dumps(self.body, ensure_ascii=False)
        body = body if len(body) <= _MOST_SHOWN else body[:_MOST_SHOWN] + "…"
        if not self.code:
            return body
        return f"{self.declared or self.code} {body}"


def answered(operation: OperationDescription, items: list[Any]) -> Heard:
    """Values that a client got.

    Args:
        items: Those of the stream, or the one answer.
    """
    message, wraps = operation.answer.message, operation.wraps_answer
    problems: list[str] = []
    bodies: list[Any] = []
    for item in items:
        try:
            wrapped = message.python(*([item] if message.fields else [])) if wraps else item
            body = operation.answer.encode_checked(wrapped)
        except (Malformed, TooDeep, TypeError) as error:
            problems.append(str(error))
        else:
            one = read_answer(operation, body)
            problems += one.problems
            bodies.append(one.body)
    return Heard(body=bodies if operation.streams else bodies[0] if bodies else None, problems=tuple(problems))


def read_answer(operation: OperationDescription, body: bytes) -> Heard:
    """An answer as it was sent, read by the contract, and written anew in the one way."""
    try:
        value = operation.answer.decode(body)
    except (Malformed, TooDeep) as error:
        return Heard(body=_text(body), problems=getattr(error, "problems", None) or (str(error),))
    undeclared = tuple(undeclared_members(operation.answer.message, value, ""))
    return Heard(body=json.loads(operation.answer.encode(value)), problems=undeclared)


def read_error(operation: OperationDescription, body: bytes, *, never_ran: bool) -> Heard:
    """An error as it was sent."""
    told = as_object(_text(body))
    code = str((told or {}).get("code", ""))
    if told is None or not code:
        return Heard("unknown", body=_text(body), problems=("it is no error of the Connect protocol",))
    said = as_object(told.get("declared")) or _detail(operation, told)
    if told.get("kind") == KeyReused.code:
        return Heard(code, KeyReused.code, {})
    if said is None:
        return Heard(code, body={"message": told.get("message", "")}, never_ran=never_ran)
    name = str(said.get("type", ""))
    for each in operation.errors:
        if each.name == name:
            return _declared(each.codec, name, each.python.status.value, code, said.get("fields") or {})
    return Heard(code, body=said, problems=(f"{name} is no error that the operation declares",), never_ran=never_ran)


def _detail(operation: OperationDescription, told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A declared error among the details, where the libraries of other languages put it; they show its fields beside its bytes."""
    names = {each.name for each in operation.errors}
    for detail in filter(None, map(as_object, as_list(told.get("details")) or [])):
        if detail.get("type") in names:
            return {"type": detail["type"], "fields": detail.get("debug")}
    return None


def _declared(codec: Any, name: str, status: str, code: str, fields: Mapping[str, object]) -> Heard:
    try:
        value = codec.from_data(fields)
    except (Malformed, TooDeep) as error:
        return Heard(code, name, fields, getattr(error, "problems", None) or (str(error),))
    problems = list(undeclared_members(codec.message, value, ""))
    if code != status:
        problems.append(f"it comes with the code {code}, and {name} has {status}")
    return Heard(code, name, json.loads(codec.encode(value)), tuple(problems))


def failed(operation: OperationDescription, error: Exception) -> Heard:
    """An exception that a client raised."""
    raised = operation.declared_by(error)
    if raised is not None:
        return _raised(operation, raised)
    if isinstance(error, KeyReused):
        return Heard(error.status.value, KeyReused.code, {})
    if isinstance(error, CallError):
        return Heard(error.status.value, body={"message": error.why}, never_ran=error.outcome is Outcome.NOT_SENT)
    return Heard("unknown", body={"message": f"{type(error).__name__}: {error}"})


def _raised(operation: OperationDescription, error: ContractError) -> Heard:
    each = next(each for each in operation.errors if each.python is type(error))
    try:
        body = each.codec.encode_checked(each.codec.message.python(**error.fields))
    except (Malformed, TooDeep) as wrong:
        return Heard(error.status.value, each.name, problems=(str(wrong),))
    return _declared(each.codec, each.name, error.status.value, error.status.value, json.loads(body))


def undeclared_members(wire_type: WireType, value: Any, at: str) -> Iterator[str]:  # noqa: C901 - a table of cases
    """Members of enums that a value has and its contract has not: readers take them from newer peers, and this one is as old as its contract."""
    if value is None:
        return
    match wire_type:
        case EnumType():
            if isinstance(value, wire_type.python) and value.name not in wire_type.python.__members__:
                yield f"{at or 'the answer'}: {value.name!r} is no member of {wire_type.python.__name__}"
        case OptionalType():
            yield from undeclared_members(wire_type.parts[0], value, at)
        case UnionType():
            member = next(each for each in wire_type.members.values() if each.python is type(value))
            yield from undeclared_members(member, value, at)
        case MessageType():
            for field in wire_type.fields:
                inside = f"{at}.{field.wire_name}" if at else field.wire_name
                yield from undeclared_members(field.type, getattr(value, field.name), inside)
        case MapType():
            for key, part in value.items():
                yield from undeclared_members(wire_type.parts[0], part, f"{at}[{key!r}]")
        case _:
            parts = wire_type.parts
            for number, item in enumerate(as_list(list(value) if parts else []) or []):
                yield from undeclared_members(parts[min(number, len(parts) - 1)], item, f"{at}[{number}]")


def _text(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
