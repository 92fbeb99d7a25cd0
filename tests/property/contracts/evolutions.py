"""Contracts, and changes of them that harm no caller, and such that do, on the side where the changed field stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import msgspec

from plures.compat.model import (
    Choice,
    Contract,
    Enumeration,
    Field,
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

TEXT = Scalar("string")
_KINDS = ("string", "int64", "double", "bool", "uuid")


def contract(random: Random) -> Contract:
    """One with a query whose request and answer lead to messages of all kinds, some of them to themselves."""
    names = [f"M{n}" for n in range(random.randint(1, 4))]
    enums = {"E": Enumeration({"A": 1, "B": 2, "C": 3}), "F": Enumeration({"X": 1, "Y": 2}, closed=True)}
    messages = {name: Record(_fields(random, names)) for name in names}
    messages |= {"Request": Record(_fields(random, names)), "Answer": Record(_fields(random, names))}
    return Contract(
        name="shop.all.v1",
        service="shop.all.v1.All",
        owner="team",
        operations={"Do": Operation("query", True, False, 1.0, "Request", "Answer")},
        messages=messages,
        enums=enums,
    )


def _fields(random: Random, names: list[str]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for n in range(random.randint(1, 5)):
        type_ = _type(random, names)
        # A message that must contain itself would have no value.
        required = random.random() < 0.6 and not _leads_on(type_)
        nullable = random.random() < 0.2
        fields[f"f{n}"] = Field(type_, n + 1, required=required, nullable=nullable)
    return fields


def _leads_on(type_: Type) -> bool:
    """Whether each value of the type has a message in it."""
    match type_:
        case Named(name=name):
            return name.startswith("M")
        case ListOf(item=item, bounds=bounds):
            return bool(bounds.get("min_length")) and _leads_on(item)
        case TupleOf(parts=parts):
            return any(map(_leads_on, parts))
        case _:
            return isinstance(type_, OneOf)


def _type(random: Random, names: list[str], depth: int = 0) -> Type:
    kinds: list[Callable[[], Type]] = [
        lambda: TEXT,
        lambda: Scalar(random.choice(_KINDS)),
        lambda: Scalar("int64", {"ge": random.randint(-5, 5)}),
        lambda: Scalar("int64", {"gt": random.randint(-5, 0), "lt": random.randint(5, 9)}),
        lambda: Scalar("int64", {"multiple_of": random.choice([2, 3])}),
        lambda: Scalar("double", {"le": random.randint(-5, 5)}),
        lambda: Scalar("string", {"min_length": random.randint(1, 3)}),
        lambda: Scalar("string", {"max_length": random.randint(3, 9)}),
        lambda: Choice(("a", "b", "c")),
        lambda: Named(random.choice([*names, "E", "F"])),
    ]
    if depth < 2:
        kinds += [
            lambda: ListOf(_type(random, names, depth + 1)),
            lambda: ListOf(_type(random, names, depth + 1), {"min_length": 1, "max_length": random.randint(2, 4)}),
            lambda: MapOf(_type(random, names, depth + 1)),
            lambda: TupleOf((_type(random, names, 2), _type(random, names, 2))),
            lambda: OneOf({name: Named(name) for name in names[:3]}),
        ]
    return random.choice(kinds)()


@dataclass(frozen=True)
class Evolution:
    """A contract before and after, and the message in which one field changed."""

    old: Contract
    new: Contract
    record: str
    kind: str


Step = Callable[[Field, Contract, Random], Field | None]


def _bounded(field: Field, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Field | None:
    type_ = field.type
    if not isinstance(type_, Scalar | ListOf):
        return None
    bounds = change(dict(type_.bounds))
    return None if bounds is None else replace(field, type=msgspec.structs.replace(type_, bounds=bounds))


def _looser(field: Field, _: Contract, random: Random) -> Field | None:
    def change(bounds: dict[str, Any]) -> dict[str, Any] | None:
        if not bounds:
            return None
        name = random.choice(list(bounds))
        if random.random() < 0.3:
            del bounds[name]
        elif name == "multiple_of":
            bounds[name] = 1
        else:
            less = name in ("ge", "gt", "min_length")
            bounds[name] += -1 if less else 1
        return bounds if bounds.get("min_length", 0) >= 0 else None

    return _bounded(field, change)


def _tighter(field: Field, _: Contract, random: Random) -> Field | None:
    def change(bounds: dict[str, Any]) -> dict[str, Any] | None:
        name = random.choice(list(bounds)) if bounds else ""
        if name == "multiple_of":
            bounds[name] *= 2
        elif name in ("ge", "gt", "min_length"):
            bounds[name] += 1
        elif name:
            bounds[name] -= 1
        else:
            bounds |= {"min_length": 1} if isinstance(field.type, ListOf) or field.type == TEXT else {"ge": 0}
        least, most = bounds.get("min_length", 0), bounds.get("max_length", 9)
        return bounds if least <= most else None

    if isinstance(field.type, Scalar) and field.type.kind in ("bool", "uuid"):
        return None
    return _bounded(field, change)


def _wider(field: Field, contract: Contract, _: Random) -> Field | None:
    match field.type:
        case Scalar(kind="uuid"):
            return replace(field, type=TEXT)
        case Choice(values=values):
            return replace(field, type=Choice((*values, "d")))
        case OneOf(members=members):
            more = next((name for name in contract.messages if name not in members and name.startswith("M")), None)
            return None if more is None else replace(field, type=OneOf({**members, more: Named(more)}))
        case _:
            return None


def _narrower(field: Field, _: Contract, random: Random) -> Field | None:
    match field.type:
        case Scalar(kind="string", bounds=bounds) if not bounds:
            return replace(field, type=random.choice([Scalar("uuid"), Choice(("a", "b"))]))
        case Choice(values=values):
            return replace(field, type=Choice(values[1:]))
        case OneOf(members=members) if len(members) > 1:
            gone = random.choice(list(members))
            return replace(field, type=OneOf({name: each for name, each in members.items() if name != gone}))
        case _:
            return None


def _other(field: Field, _: Contract, random: Random) -> Field | None:
    kinds: list[Type] = [Scalar("bool"), Scalar("int64"), ListOf(field.type), TupleOf((TEXT, TEXT)), MapOf(field.type)]
    chosen = random.choice([each for each in kinds if each != field.type])
    # The same form of an empty list or map is no proof, and neither is an integer with fewer bounds.
    same_form = type(chosen) is type(field.type) and not isinstance(chosen, Scalar)
    is_whole = isinstance(field.type, Scalar) and isinstance(chosen, Scalar) and field.type.kind == chosen.kind
    return None if same_form or is_whole else replace(field, type=chosen)


def _required(field: Field, *_: Any) -> Field | None:
    return None if field.required else replace(field, required=True)


def _optional(field: Field, *_: Any) -> Field | None:
    return replace(field, required=False) if field.required else None


def _nullable(field: Field, *_: Any) -> Field | None:
    return None if field.nullable else replace(field, nullable=True)


def _not_null(field: Field, *_: Any) -> Field | None:
    return replace(field, nullable=False) if field.nullable else None


LOOSER: dict[str, Step] = {"looser": _looser, "wider": _wider, "optional": _optional, "nullable": _nullable}
"""What allows more: harmless in a request, harmful in an answer."""
STRICTER: dict[str, Step] = {"tighter": _tighter, "narrower": _narrower, "required": _required, "not_null": _not_null}
"""What allows less: the other way round."""
OTHER: dict[str, Step] = {"other": _other}
"""What harms on both sides."""


def evolve(old: Contract, record: str, steps: dict[str, Step], random: Random) -> Evolution | None:
    """Change one field of a message; None where none of its fields can be changed so."""
    names, kinds = list(old.messages[record].fields), list(steps)
    random.shuffle(names)
    random.shuffle(kinds)
    for kind in kinds:
        for name in names:
            changed = steps[kind](old.messages[record].fields[name], old, random)
            if changed is not None and not (changed.required and _leads_on(changed.type)):
                fields = {**old.messages[record].fields, name: changed}
                new = replace(old, messages={**old.messages, record: Record(fields)})
                return Evolution(old, new, record, kind)
    return None


def harmless(old: Contract, random: Random) -> Contract:
    """Changes that no caller can tell, several at once: fields and operations more, another order, other names of messages."""
    messages = dict(old.messages)
    for name, record in messages.items():
        fields = list(record.fields.items())
        random.shuffle(fields)
        types = [_type(random, ["M0"]) for _ in range(random.randint(0, 2))]
        # A list that is left out is empty: one that must have items cannot be left out.
        types = [each for each in types if not (isinstance(each, ListOf) and each.bounds.get("min_length"))]
        more = {f"new{n}": Field(each, 100 + n, required=False) for n, each in enumerate(types)}
        messages[name] = Record({**dict(fields), **more})
    operations = {**old.operations, "More": Operation("command", False, False, 1.0, "Request", "Answer")}
    return replace(old, messages=messages, operations=operations)
