"""Two messages or two enums, before and after, field by field."""

from collections.abc import Iterator

from plures.compat import rules
from plures.compat.model import ABSENT, Enumeration, Field, ListOf, Record
from plures.compat.shown import show

from .bounds import compare_bounds
from .found import Found, found
from .place import Meeting, Place
from .types import ANYTHING, compare_types


def compare_records(name: str, old: Record, new: Record, meeting: Meeting) -> Iterator[Found]:
    """What changed in a message."""
    if old.fields and not new.fields and new.others is not None:
        yield found(rules.TYPE_CHANGED, name, "an object", f"a map of {show(new.others)}")
        return
    renamed = _renamed(old, new)
    for field, before in old.fields.items():
        at = Place(f"{name}.{field}", f".{field}")
        after = new.fields.get(field)
        if after is not None:
            yield from _field(before, after, at, meeting)
        elif field in renamed:
            yield found(rules.FIELD_RENAMED, at.where, at.where, f"{name}.{renamed[field]}")
        else:
            yield found(rules.FIELD_REMOVED if before.required else rules.OPTIONAL_FIELD_REMOVED, at.where)
        if after is None and new.closed:
            yield found(rules.FIELD_REFUSED, at.where)
    yield from _beside(name, old, new, meeting)
    numbers = {number: gone for gone, number in old.reserved.items()}
    numbers |= {each.number: gone for gone, each in old.fields.items() if gone not in new.fields}
    for field, after in new.fields.items():
        where = f"{name}.{field}"
        if field in old.fields or field in renamed.values():
            continue
        yield found(rules.FIELD_ADDED_REQUIRED if _must_be_there(after) else rules.FIELD_ADDED, where)
        if after.number and numbers.get(after.number, field) != field:
            yield found(rules.NUMBER_REUSED, where, f"{name}.{numbers[after.number]}", after.number)


def _must_be_there(field: Field) -> bool:
    """Whether a message without it is refused. A list that is left out is empty, and some must have items."""
    is_filled = isinstance(field.type, ListOf) and bool(field.type.bounds.get("min_length"))
    return field.required or (is_filled and field.default is ABSENT and not field.nullable)


def compare_enums(name: str, old: Enumeration, new: Enumeration) -> Iterator[Found]:
    """What changed in an enum."""
    gone = {number: member for member, number in old.reserved.items()}
    for member, number in old.members.items():
        if member not in new.members:
            yield found(rules.VALUE_REMOVED, name, member)
            gone[number] = member
        elif number and new.members[member] not in (0, number):
            yield found(rules.NUMBER_CHANGED, f"{name}.{member}", number, new.members[member])
    for member, number in new.members.items():
        if member not in old.members:
            yield found(rules.CLOSED_VALUE_ADDED if new.closed else rules.VALUE_ADDED, name, after=member)
            if number and gone.get(number, member) != member:
                yield found(rules.NUMBER_REUSED, f"{name}.{member}", f"{name}.{gone[number]}", number)


def _beside(name: str, old: Record, new: Record, meeting: Meeting) -> Iterator[Found]:
    """What changed in fields that a message does not declare, and in how many it may have."""
    yield from compare_bounds(old.bounds, new.bounds, name)
    if old.closed != new.closed:
        yield found(rules.OTHERS_REFUSED if new.closed else rules.OTHERS_TAKEN, name)
    elif not old.closed and (old.others or new.others):
        at = Place(f"{name}{{}}", "{}")
        yield from compare_types(old.others or ANYTHING, new.others or ANYTHING, at, meeting)


def _renamed(old: Record, new: Record) -> dict[str, str]:
    """Fields that have another name, with that: of two with one number, or with one type in one place, the second is the first."""
    gone = [(place, name) for place, name in enumerate(old.fields) if name not in new.fields]
    come = [(place, name) for place, name in enumerate(new.fields) if name not in old.fields]
    found_: dict[str, str] = {}
    for place, name in gone:
        before = old.fields[name]
        for at, other in come:
            after = new.fields[other]
            is_same = before.number and before.number == after.number
            if before.type == after.type and (is_same or (at == place and before.required == after.required)):
                found_[name] = other
                come.remove((at, other))
                break
    return found_


def _field(old: Field, new: Field, at: Place, meeting: Meeting) -> Iterator[Found]:
    where = at.where
    if old.number and new.number and old.number != new.number:
        yield found(rules.NUMBER_CHANGED, where, old.number, new.number)
    yield from compare_types(old.type, new.type, at, meeting)
    if old.required != new.required:
        yield found(rules.BECAME_REQUIRED if new.required else rules.BECAME_OPTIONAL, where)
    # Of what may be left out or null, one change says both.
    if old.nullable != new.nullable and (old.required == new.required or new.required is new.nullable):
        yield found(rules.BECAME_NULLABLE if new.nullable else rules.NO_LONGER_NULLABLE, where)
    if not old.required and not new.required and old.default != new.default:
        yield found(rules.DEFAULT_CHANGED, where, _shown(old.default), _shown(new.default))


def _shown(default: object) -> str:
    return "nothing" if default is ABSENT else repr(default)
