"""Two types, before and after: the same, wider, narrower, or another form altogether."""

from collections.abc import Iterator, Mapping
from typing import Final

from plures.compat import rules
from plures.compat.model import Choice, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type
from plures.compat.shown import show

from .bounds import compare_bounds
from .found import Found, found
from .place import Meeting, Place
from .unions import compare_inline

ANYTHING: Final = Scalar("anything")
_WIDER: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset(("uuid", "date", "time", "decimal")),
    "number": frozenset(("integer",)),
}
"""What travels in the same form, and allows fewer values, by the kind that allows more of them."""
_WIDER_FORMS: Final[Mapping[str, frozenset[str]]] = {
    "int64": frozenset(("int32",)),
    "double": frozenset(("float",)),
    "integer": frozenset(("int32", "int64")),
    "number": frozenset(("integer", "int32", "int64", "float", "double")),
}
"""The same of formats within a kind, as documents of others have them."""
_WHOLE: Final = frozenset(("int32", "int64", "integer"))


_READABLE: Final = frozenset(("ge", "le", "min_length", "max_length"))


def compare_types(  # noqa: C901, PLR0912 - a table of cases
    old: Type, new: Type, at: Place, meeting: Meeting
) -> Iterator[Found]:
    """What changed."""
    match old, new:
        case Scalar(), Scalar():
            yield from _scalars(old, new, at)
        case Choice(), Choice() if old.kind == new.kind:
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
        case (OneOf(inline=True), _) | (_, OneOf(inline=True)):
            yield from compare_inline(old, new, at, meeting, compare_types)
        case OneOf(), OneOf():
            yield from _unions(old, new, at, meeting)
        case Named(), Named() if len({*meeting.is_enum(old.name, new.name)}) == 1:
            meeting.meet(old.name, new.name, at.path)
        case _:
            yield from _forms(old, new, at, meeting)


def _scalars(old: Scalar, new: Scalar, at: Place) -> Iterator[Found]:
    families = {each.kind.partition("/")[0] for each in (old, new)}
    if len(families) == 1 or families <= {"integer", "number"}:
        is_whole = old.kind.partition("/")[0] in _WHOLE
        yield from compare_bounds(old.bounds, new.bounds, at.where, is_whole=is_whole)
    if old.kind != new.kind:
        yield found(_kinds(old.kind, new.kind), at.where, show(old), show(new))


def _kinds(old: str, new: str) -> rules.ChangeRule:
    if _is_within(old, new):
        return rules.TYPE_WIDENED
    return rules.TYPE_NARROWED if _is_within(new, old) else rules.TYPE_CHANGED


def _is_within(kind: str, other: str) -> bool:
    """Whether each value of a kind is one of another kind too."""
    (family, _, form), (wider, _, wider_form) = kind.partition("/"), other.partition("/")
    if family != wider:
        return other == ANYTHING.kind or (family in _WIDER.get(wider, ()) and not wider_form)
    return not wider_form or form in _WIDER_FORMS.get(wider_form, ())


def _unions(old: OneOf, new: OneOf, at: Place, meeting: Meeting) -> Iterator[Found]:
    if old.tag != new.tag:
        yield found(rules.TAG_CHANGED, at.where, old.tag or "a key", new.tag or "a key")
    for key, member in old.members.items():
        if key in new.members:
            yield from compare_types(member, new.members[key], at.within(f".{key}"), meeting)
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
        rule = rules.MOVED_INTO_UNION
    yield found(rule, at.where, show(old), show(new))


def _allows_all_of(wide: Type, other: Type, meeting: Meeting) -> bool:
    """Whether the one is anything, or any text or number where the other is a choice of some."""
    if wide == ANYTHING:
        return True
    if not isinstance(wide, Scalar):
        return False
    if isinstance(other, Choice):
        family, _, form = wide.kind.partition("/")
        is_of_kind = other.kind == family or {other.kind, family} == {"integer", "number"}
        return is_of_kind and (not form or family != "string") and not wide.bounds.keys() - _READABLE
    return wide == Scalar("string") and isinstance(other, Named) and meeting.is_enum(other.name, other.name)[0]
