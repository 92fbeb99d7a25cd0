"""A contract and its lock → its binary form. Without numbers for all that it has now there is none: none is ever invented."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from plures.contract import (
    Binary,
    ContractDescription,
    MapType,
    MessageType,
    Numbers,
    OptionalType,
    TupleType,
    UnionType,
    WireField,
    has_presence,
)

from .described import described_by_name
from .lock import lock_text
from .model import Contract
from .numbers import numbered

_INT32 = range(-(2**31), 2**31)


class NoBinaryForm(Exception):
    """A contract has no binary form, for a reason that its message says."""


def binary_form(contract: ContractDescription, locked: Contract) -> Binary:
    """The binary form of a contract as it was locked.

    Raises:
        NoBinaryForm: The contract is not what was locked, or has a number that protobuf has not.
    """
    current, named, enums = described_by_name(contract)
    again = numbered(current, locked)
    differing = list(_differing(again, locked))
    if differing:
        more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        message = f"{differing[0]}{more} is not as it was locked; run `plures contract lock`"
        raise NoBinaryForm(message)
    for name, enum in locked.enums.items():
        wrong = [number for number in enum.members.values() if number not in _INT32]
        if wrong or len(set(enum.members.values())) < len(enum.members):
            message = f"the enum {name} has members that protobuf cannot number"
            raise NoBinaryForm(message)
    numbers = Numbers(
        fields={each: {k: f.number for k, f in locked.messages[name].fields.items()} for each, name in named.items()},
        unions={
            (each, field.wire_name): locked.unions[f"{name}.{field.wire_name}"]
            for each, name in named.items()
            for field in each.fields
            if _has_union(field)
        },
        enums={each: locked.enums[name].members for each, name in enums.items()},
    )
    return Binary(numbers, _mark(locked), next(_losses(named), ""))


def _differing(current: Contract, locked: Contract) -> Iterator[str]:
    """What is another thing than it was when it was locked, by name."""
    for name, record in current.messages.items():
        before = locked.messages.get(name)
        if before is None:
            yield name
        elif before != record:
            yield from (f"{name}.{key}" for key, field in record.fields.items() if before.fields.get(key) != field)
            yield from (f"{name}.{key}" for key in before.fields if key not in record.fields)
    yield from (name for name in locked.messages if name not in current.messages)
    yield from (name for name, enum in current.enums.items() if locked.enums.get(name) != enum)
    yield from (place for place, keys in current.unions.items() if locked.unions.get(place) != keys)


def _has_union(field: WireField) -> bool:
    wire_type = field.type
    while isinstance(wire_type, OptionalType | TupleType | MapType):
        wire_type = wire_type.parts[0]
    return isinstance(wire_type, UnionType)


def _mark(locked: Contract) -> str:
    """A short text that is the same where the messages, their numbers and their types are."""
    told = replace(locked, version="", owner="", operations={}, errors={}, events={}, sunset=None)
    return hashlib.sha256(lock_text(told).encode()).hexdigest()[:12]


def _losses(named: dict[MessageType, str]) -> Iterator[str]:
    for message, name in named.items():
        for field in message.fields:
            inner = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
            if isinstance(inner, TupleType | MapType) and has_presence(field) and field.default not in ((), [], {}):
                yield f"{name}.{field.wire_name} left out is another thing than empty, which lists and maps of protobuf do not tell"
