"""Two types, before and after: the same, wider, narrower, or another form altogether."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from plures.compat import rules
from plures.compat.model import Choice, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type
from plures.compat.shown import show

from .bounds import compare_bounds
from .found import Found, found

_WIDER: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset(("uuid", "date", "time", "decimal")),
    "number": frozenset(("integer",)),
}
"""What travels in the same form, and allows fewer values, by the kind that allows more of them."""
_WHOLE: Final = frozenset(("int32", "int64", "integer"))


class Meeting(Protocol):
    """What the comparison of types asks of the comparison of contracts around it."""

    def is_enum(self, old: str, new: str) -> tuple[bool, bool]:
        """Whether each of two names is one of an enum."""
        ...

    def meet(self, old: str, new: str, path: str) -> None:
        """Note that two messages or enums stand in the same place, and must be compared."""
        ...


@dataclass(frozen=True)
class Place:
    """A place within a message: how changes name it, and the way to it from the message."""

    where: str
    path: str

    def within(self, text: str) -> "Place":
        """A part of it."""
        return Place(self.where + text, self.path + text)


def compare_types(  # noqa: C901, PLR0912 - a table of cases
    old: Type, new: Type, at: Place, meeting: Meeting
) -> Iterator[Found]:
    """What changed."""
    match old, new:
        case Scalar(), Scalar():
            yield from _scalars(old, new, at)
        case Choice(), Choice():
            for value in old.values:
                if value not in new.values:
                    yield found(rules.VALUE_REMOVED, at.where, repr(value))
            for value in new.values:
                if value not in old.values:
                    yield found(rules.CLOSED_VALUE_ADDED, at.where, after=repr(value))
        case ListOf(), ListOf():
            yield from compare_bounds(old.bounds, new.bounds, at.where)
            yield from compare_types(old.item, new.item, at.within("[]"), meeting)
        case MapOf(), MapOf():
            yield from compare_types(old.value, new.value, at.within("{}"), meeting)
        case TupleOf(), TupleOf() if len(old.parts) == len(new.parts):
            for n, (before, after) in enumerate(zip(old.parts, new.parts, strict=True)):
                yield from compare_types(before, after, at.within(f"[{n}]"), meeting)
        case OneOf(), OneOf() if old.inline is new.inline:
            yield from _unions(old, new, at, meeting)
        case Named(), Named() if len({*meeting.is_enum(old.name, new.name)}) == 1:
            meeting.meet(old.name, new.name, at.path)
        case _:
            yield from _forms(old, new, at, meeting)


def _scalars(old: Scalar, new: Scalar, at: Place) -> Iterator[Found]:
    if old.kind == new.kind or {old.kind, new.kind} <= {"integer", "number"}:
        yield from compare_bounds(old.bounds, new.bounds, at.where, is_whole=old.kind in _WHOLE)
    if old.kind != new.kind:
        yield found(_kinds(old.kind, new.kind), at.where, show(old), show(new))


def _kinds(old: str, new: str) -> rules.ChangeRule:
    if old in _WIDER.get(new, ()):
        return rules.TYPE_WIDENED
    return rules.TYPE_NARROWED if new in _WIDER.get(old, ()) else rules.TYPE_CHANGED


def _unions(old: OneOf, new: OneOf, at: Place, meeting: Meeting) -> Iterator[Found]:
    if old.tag != new.tag:
        yield found(rules.TAG_CHANGED, at.where, old.tag or "a key", new.tag or "a key")
    for key, member in old.members.items():
        if key in new.members:
            part = "" if old.inline else f".{key}"
            yield from compare_types(member, new.members[key], at.within(part), meeting)
        else:
            yield found(rules.VARIANT_REMOVED, at.where, key)
    for key in new.members:
        if key not in old.members:
            yield found(rules.VARIANT_ADDED, at.where, after=key)


def _forms(old: Type, new: Type, at: Place, meeting: Meeting) -> Iterator[Found]:
    """Types of different forms: text may take the place of a choice, and a union that of one of its members."""
    rule = rules.TYPE_CHANGED
    if _allows_all_of(new, old, meeting):
        rule = rules.TYPE_WIDENED
    elif _allows_all_of(old, new, meeting):
        rule = rules.TYPE_NARROWED
    elif isinstance(new, OneOf) and old in new.members.values():
        rule = rules.TYPE_WIDENED if new.inline else rules.MOVED_INTO_UNION
    elif isinstance(old, OneOf) and new in old.members.values() and old.inline:
        rule = rules.TYPE_NARROWED
    yield found(rule, at.where, show(old), show(new))


def _allows_all_of(text: Type, choice: Type, meeting: Meeting) -> bool:
    """Whether the one is any text and the other a choice of texts."""
    is_choice = isinstance(choice, Choice) or (
        isinstance(choice, Named) and meeting.is_enum(choice.name, choice.name)[0]
    )
    return is_choice and text == Scalar("string")
