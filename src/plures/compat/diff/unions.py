"""Unions whose members stand as they are: two of them, or one and a type that may be a member of it."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace

from plures.compat import rules
from plures.compat.model import Choice, Named, OneOf, Scalar, Type
from plures.compat.shown import show

from .found import Found, found
from .place import Meeting, Place

_SAME: Final = 100
_TEXT: Final = Scalar("string")
Compare = Callable[[Type, Type, Place, Meeting], Iterator[Found]]


def compare_inline(old: Type, new: Type, at: Place, meeting: Meeting, compare: Compare) -> Iterator[Found]:
    """What changed. A type that is no union is one with a single member."""
    before, after = _members(old), _members(new)
    old_tag, new_tag = (each.tag if isinstance(each, OneOf) else "" for each in (old, new))
    anything = Scalar("anything")
    if anything in before.values() or anything in after.values():
        if anything not in after.values():
            yield found(rules.TYPE_NARROWED, at.where, show(old), show(new))
        elif anything not in before.values():
            yield found(rules.TYPE_WIDENED, at.where, show(old), show(new))
        return
    # A new tag takes nothing from those who do not know it.
    if old_tag and old_tag != new_tag:
        yield found(rules.TAG_CHANGED, at.where, old_tag, new_tag or "their form")
    pairs = _pairs(before, after, meeting, tagged=bool(old_tag and new_tag))
    # Who takes any text beside those that are listed expects further ones.
    is_open = _TEXT in before.values() and _TEXT in after.values()
    for key, other in pairs.items():
        changes = compare(before[key], after[other], at, meeting)
        yield from map(_as_open, changes) if is_open and isinstance(before[key], Choice) else changes
    for key, member in before.items():
        if key not in pairs and (old_tag or not _has(after, member, meeting, compare)):
            yield found(rules.VARIANT_REMOVED, at.where, show(member))
    for key, member in after.items():
        if key not in pairs.values() and (new_tag or not _has(before, member, meeting, compare)):
            yield found(rules.VARIANT_ADDED, at.where, after=show(member))
    yield from _overlaps(old, new, at, meeting)


def _overlaps(old: Type, new: Type, at: Place, meeting: Meeting) -> Iterator[Found]:
    """Types of which each value is of two members now, where one alone may be. What was refused for that before fails no caller."""
    if not isinstance(new, OneOf) or not new.exact:
        return
    known = list(old.members.values()) if isinstance(old, OneOf) and old.exact else []
    for member in _members(old).values():
        taking = [each for each in new.members.values() if meeting.takes(member, each)]
        if len(taking) > 1 and sum(meeting.took(member, each) for each in known) <= 1:
            yield found(rules.VARIANTS_OVERLAP, at.where, show(member), " and ".join(map(show, taking)))


def _as_open(change: Found) -> Found:
    return replace(change, rule=rules.VALUE_ADDED) if change.rule is rules.CLOSED_VALUE_ADDED else change


def _members(of: Type) -> dict[str, Type]:
    return dict(of.members) if isinstance(of, OneOf) and of.inline else {"": of}


def _pairs(before: dict[str, Type], after: dict[str, Type], meeting: Meeting, *, tagged: bool) -> dict[str, str]:
    """Which member takes the place of which: one of the same key, else the one that it is most like."""
    pairs = {key: key for key in before if key and key in after}
    if tagged:
        return pairs
    likeness = [
        (meeting.likeness(before[key], after[other]), key, other)
        for key in before
        for other in after
        if key not in pairs and other not in pairs.values()
    ]
    # The order of the two decides among those that are as much alike.
    for alike, key, other in sorted(likeness, key=lambda each: -each[0]):
        if alike and key not in pairs and other not in pairs.values():
            pairs[key] = other
    return pairs


def _has(members: dict[str, Type], one: Type, meeting: Meeting, compare: Compare) -> bool:
    """Whether one of several allows all that one type does, by its form alone; of messages, only the same does."""
    for each in members.values():
        if meeting.likeness(one, each) >= _SAME:
            return True
        if isinstance(one, Scalar | Choice) and not isinstance(each, Named | OneOf):
            changes = list(compare(one, each, Place("", ""), meeting))
            if all(change.rule.request is rules.Severity.OK for change in changes):
                return True
    return False
