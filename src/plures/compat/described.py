"""A contract as it is written in Python → the contract as values."""

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeGuard
from uuid import UUID

import msgspec

from plures.contract import (
    BOUND_KEYWORDS,
    AnyMessage,
    Beside,
    Codec,
    ContractDescription,
    Duration,
    EnumType,
    FixedTupleType,
    HeadersType,
    LiteralType,
    MapType,
    MessageType,
    OperationDescription,
    OptionalType,
    Problems,
    ScalarType,
    Timestamp,
    TupleType,
    UnionType,
    WireField,
    WireType,
    given,
)

from .model import (
    ABSENT,
    ANY_HEADERS,
    Choice,
    Contract,
    Enumeration,
    Failure,
    Field,
    Happening,
    ListOf,
    MapOf,
    Named,
    OneOf,
    Operation,
    Record,
    Scalar,
    TupleOf,
    Type,
)

_KINDS: Final[Mapping[type, str]] = {
    bool: "bool",
    str: "string",
    int: "int64",
    float: "double",
    bytes: "bytes",
    datetime: "timestamp",
    date: "date",
    time: "time",
    timedelta: "duration",
    UUID: "uuid",
    Decimal: "decimal",
    # The same on the wire: what holds it in Python is no promise.
    Timestamp: "timestamp",
    Duration: "duration",
    AnyMessage: "any",
}


def described(contract: ContractDescription) -> Contract:
    """What callers can see of a contract. Its fields have no numbers yet: those are in the lock file."""
    return described_by_name(contract)[0]


def described_by_name(contract: ContractDescription) -> tuple[Contract, dict[MessageType, str], dict[type[Enum], str]]:
    """The same, with the names that it gives to the messages and enums of Python."""
    seen = _Seen()
    operations = {
        each.wire_name: replace(_operation(each, seen), doc=_doc(getattr(contract.python, each.name, None)))
        for each in contract.operations.values()
    }
    errors: dict[str, Failure] = {}
    for each in contract.operations.values():
        for error in each.errors:
            name = error.name.rpartition(".")[2]
            if name not in errors:
                errors[name] = Failure(error.python.status.value, seen.message(error.codec), _doc(error.python))
            else:
                seen.again(error.codec, errors[name].message)
    events = {
        each.name.rpartition(".")[2]: Happening(seen.message(each.codec), _on_the_wire(each.codec, each.key))
        for each in contract.events
    }
    values = Contract(
        name=contract.name,
        service=contract.service,
        owner=contract.owner,
        operations=operations,
        messages=seen.messages,
        enums=seen.enums,
        errors=errors,
        events=events,
        stability=contract.stability,
        sunset=contract.sunset,
        deprecated=contract.deprecated,
        doc=contract.doc,
    )
    return values, *seen.by_name()


def _operation(operation: OperationDescription, seen: "_Seen") -> Operation:
    declared, beside = operation.declaration, operation.beside or Beside()
    return Operation(
        kind="query" if declared.is_query else "command",
        idempotent=declared.idempotent,
        streams=operation.streams,
        deadline_s=declared.deadline_s,
        request=seen.message(operation.request),
        answer=seen.message(operation.answer),
        errors=tuple(error.name.rpartition(".")[2] for error in operation.errors),
        request_headers=seen.headers(beside.request),
        headers=seen.headers(beside.answer),
        trailers=seen.headers(beside.trailers),
        max_request_bytes=declared.max_request_bytes,
        max_response_bytes=declared.max_response_bytes,
        cache_s=declared.cache_s,
        cache=declared.cache,
    )


def _on_the_wire(codec: Codec, name: str) -> str:
    return next((field.wire_name for field in codec.message.fields if field.name == name), "")


class _Seen:
    """The messages and enums of one contract, each under a name that no other one has."""

    def __init__(self) -> None:
        self.messages: dict[str, Record] = {}
        self.enums: dict[str, Enumeration] = {}
        self._names: dict[int, str] = {}
        # Names are given by identity, so what has one must live as long as they do.
        self._kept: list[object] = []

    def by_name(self) -> tuple[dict[MessageType, str], dict[type[Enum], str]]:
        """The messages and the enums that were read, with their names."""
        messages = {each: self._names[id(each)] for each in self._kept if isinstance(each, MessageType)}
        return messages, {each: self._names[id(each)] for each in self._kept if _is_enum(each)}

    def message(self, codec: Codec) -> str:
        """The name of a message, which is read where it was not yet."""
        return self._message(codec.message)

    def again(self, codec: Codec, name: str) -> None:
        """Note a message that was read once more, as that of an error is by each operation that declares it."""
        self._names[id(codec.message)] = name
        self._kept.append(codec.message)

    def headers(self, declared: HeadersType | None) -> str:
        """The name of a class of headers, whose fields are those of a message; empty where there is none."""
        if declared is None:
            return ""
        return ANY_HEADERS if declared.is_any else self._message(declared.message)

    def _message(self, message: MessageType) -> str:
        known = self._names.get(id(message))
        if known is not None:
            return known
        name = self._name(message, message.name, self.messages)
        # It stands there before its fields are read, since messages may nest themselves.
        self.messages[name] = Record({})
        fields = {each.wire_name: self._field(each, message.python) for each in message.fields}
        self.messages[name] = Record(fields, doc=_doc(message.python))
        return name

    def _enum(self, enum: EnumType) -> str:
        python = enum.python
        known = self._names.get(id(python))
        if known is not None:
            return known
        name = self._name(python, python.__name__, self.enums)
        numbers = [member.value for member in python]
        numbered = all(isinstance(each, int) and not isinstance(each, bool) for each in numbers)
        self.enums[name] = Enumeration({m.name: m.value if numbered else 0 for m in python}, doc=_doc(python))
        return name

    def _name(self, owner: object, wanted: str, taken: Iterable[str]) -> str:
        number, name = 1, wanted
        while name in self.messages or name in self.enums or name in taken:
            number += 1
            name = f"{wanted}{number}"
        self._names[id(owner)] = name
        self._kept.append(owner)
        return name

    def _field(self, field: WireField, owner: type) -> Field:
        wire_type = field.type
        nullable = isinstance(wire_type, OptionalType)
        # A list or a map that is left out is empty.
        required = field.default is WireField.REQUIRED and not isinstance(wire_type, OptionalType | TupleType | MapType)
        return Field(
            self._bounded(field),
            required=required,
            nullable=nullable,
            default=_default(field),
            doc=_field_doc(field, owner),
        )

    def _bounded(self, field: WireField) -> Type:
        """The type of a field, with bounds that its class holds rather than its annotation."""
        read = self.type(field.type)
        held = {name: field.shown[keyword] for name, keyword in BOUND_KEYWORDS.items() if keyword in field.shown}
        if isinstance(read, Scalar | ListOf):
            return msgspec.structs.replace(read, bounds={**read.bounds, **held})
        return read

    def type(self, wire_type: WireType) -> Type:  # noqa: PLR0911 - a table of cases
        """The type of values that travel in one way."""
        match wire_type:
            case OptionalType():
                return self.type(wire_type.parts[0])
            case ScalarType():
                return Scalar(_KINDS[wire_type.python], _bounds(given(wire_type.bounds)))
            case LiteralType():
                return Choice(wire_type.values)
            case EnumType():
                return Named(self._enum(wire_type))
            case MessageType():
                return Named(self._message(wire_type))
            case TupleType():
                return ListOf(self.type(wire_type.parts[0]), _bounds(given((wire_type.bound,))))
            case MapType():
                return MapOf(self.type(wire_type.parts[0]))
            case FixedTupleType():
                return TupleOf(tuple(map(self.type, wire_type.parts)))
            case UnionType():
                return OneOf({key: Named(self._message(each)) for key, each in wire_type.members.items()})
            case _:
                message = f"{type(wire_type).__name__} has no place in a lock file"
                raise TypeError(message)


def _is_enum(owner: object) -> TypeGuard[type[Enum]]:
    return isinstance(owner, type) and issubclass(owner, Enum)


def _bounds(found: Iterable[tuple[str, Any]]) -> dict[str, object]:
    return {name: value for name, value in found if name != "tz" and (name, value) != ("min_length", 0)}


def _default(field: WireField) -> object:
    """The default as JSON, as far as the contract says it: none, and an empty list, are what is left out anyway."""
    if field.default in (WireField.REQUIRED, WireField.OWN, None, (), [], {}):
        return ABSENT
    return field.type.encode(field.default, "", Problems())


def _doc(of: object) -> str:
    """The docstring of a class or of a method: its own, and one that a person wrote."""
    own = getattr(of, "__dict__", {}).get("__doc__") if isinstance(of, type) else getattr(of, "__doc__", None)
    # Dataclasses and enums have texts of Python's.
    made = isinstance(of, type) and isinstance(own, str) and own.startswith(f"{of.__name__}(")
    return inspect.cleandoc(own) if isinstance(own, str) and not made and own != "An enumeration." else ""


def _field_doc(field: WireField, owner: type) -> str:
    """What a field's `Meta(description=…)` says, else its line under `Attributes:` in the docstring of its class."""
    bounds = field.type.bounds if isinstance(field.type, ScalarType) else ()
    said = next((each.description for each in bounds if each.description), None)
    if said:
        return said
    attributes = _doc(owner).partition("Attributes:")[2]
    found = attributes and re.search(rf"^ +{field.name}: (.+(?:\n {{8,}}.+)*)", attributes, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""
