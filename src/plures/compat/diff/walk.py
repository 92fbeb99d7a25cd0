"""All messages and enums that two contracts have in the same places, and the ways by which callers meet them.

Each pair is compared once, however often it occurs: what changed in it does not depend on who meets it, only how bad that is.
"""

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from plures.compat.changes import Side
from plures.compat.model import Choice, Contract, Named, OneOf, Record, Scalar, Type
from plures.compat.rules import Severity

from .found import Found
from .place import Place
from .records import compare_enums, compare_records
from .types import compare_types

Pair = tuple[str, str]
_SAME: Final = 100
# Messages nest further only where two members of a union are as deep; then they count as different.
_MOST_TRIED: Final = 50


class Walk:
    """The comparison of the messages of two contracts.

    Args:
        most_places: So many places of one change are told on each side, the nearest ones; None for all of them.
    """

    def __init__(self, old: Contract, new: Contract, *, most_places: int | None = None, is_trial: bool = False) -> None:
        self._most_places = sys.maxsize if most_places is None else most_places
        self._old, self._new = old, new
        self._found: dict[Pair, list[Found]] = {}
        self._ways: dict[Pair, list[tuple[str, Pair]]] = {}
        self._at: Pair = ("", "")
        self._pending: list[Pair] = []
        self._roots: list[tuple[Side, str, Pair]] = []
        self._sides: set[Side] = set()
        self._is_trying = is_trial

    def start(self, side: Side, place: str, old: str, new: str) -> None:
        """Compare two messages that callers meet directly, and all that these are made of."""
        self._roots.append((side, place, (old, new)))
        self._sides.add(side)
        self._pending.append((old, new))
        while self._pending:
            pair = self._pending.pop()
            if pair not in self._found:
                self._found[pair] = []
                self._at = pair
                self._found[pair].extend(self._compare(*pair))

    def is_enum(self, old: str, new: str) -> tuple[bool, bool]:
        """Whether each of two names is one of an enum."""
        return old in self._old.enums, new in self._new.enums

    def meet(self, old: str, new: str, path: str) -> None:
        """Note that two messages or enums stand in the same place of the message that is being compared."""
        self._ways.setdefault(self._at, []).append((path, (old, new)))
        self._pending.append((old, new))

    def likeness(self, old: Type, new: Type) -> int:
        """How much two types have in common: 0 for nothing, more than 99 where nothing changed."""
        if isinstance(old, Named) and isinstance(new, Named):
            before, after = self._old.messages.get(old.name), self._new.messages.get(new.name)
            if before is None or after is None:
                return 0
            shared = len(before.fields.keys() & after.fields.keys())
            is_same = before == after and old.name.partition(" ")[0] == new.name.partition(" ")[0]
            all_of = len(before.fields.keys() | after.fields.keys())
            return _SAME if is_same else (90 * shared // all_of if all_of else 1) + (old.name == new.name)
        if old == new:
            return _SAME
        if type(old) is not type(new) or isinstance(old, OneOf):
            return 10 if {type(old), type(new)} == {Scalar, Choice} and _family(old) == _family(new) else 0
        return 50 if _family(old) == _family(new) else 0

    def takes(self, old: Type, new: Type) -> bool:
        """Whether each value of the old type is one of the new type, and all that it says is known there.

        No while that is asked of others: a type may hold itself, without an end.
        """
        if self._is_trying:
            return False
        self._is_trying = True
        try:
            return self._takes(old, new)
        finally:
            self._is_trying = False

    def _takes(self, old: Type, new: Type) -> bool:
        trial = _Trial(self)
        changes = list(compare_types(old, new, Place("", ""), trial))
        tried: set[Pair] = set()
        while trial.met and len(tried) < _MOST_TRIED and _is_harmless(changes):
            pair = trial.met.pop()
            if pair not in tried:
                tried.add(pair)
                before, after = self._records(pair)
                if before.fields.keys() - after.fields.keys():
                    return False
                changes = list(compare_records(pair[1], before, after, trial))
        return not trial.met and _is_harmless(changes)

    def took(self, one: Type, other: Type) -> bool:
        """The same of two old types."""
        return Walk(self._old, self._old, is_trial=self._is_trying).takes(one, other)

    def results(self) -> Iterator[tuple[Side, Found, tuple[str, ...]]]:
        """All that changed, for each side where callers meet it, with the places."""
        roots: dict[Pair, list[int]] = {}
        for number, (_, _, root) in enumerate(self._roots):
            roots.setdefault(root, []).append(number)
        back: dict[Pair, list[tuple[str, Pair]]] = {}
        for pair, steps in self._ways.items():
            for step, following in steps:
                back.setdefault(following, []).append((step, pair))
        for pair, what in self._found.items():
            for side, places in (self._places(pair, roots, back) if what else {}).items():
                for each in what:
                    yield side, each, places

    def _places(
        self, pair: Pair, roots: Mapping[Pair, list[int]], back: Mapping[Pair, list[tuple[str, Pair]]]
    ) -> dict[Side, tuple[str, ...]]:
        """Where callers meet a pair, each place by its shortest way: from the pair back to what they meet directly."""
        found: dict[Side, dict[int, str]] = {}
        seen, pending = {pair}, deque([(pair, "")])
        while pending:
            current, path = pending.popleft()
            for number in roots.get(current, ()):
                side, place, _ = self._roots[number]
                places = found.setdefault(side, {})
                if len(places) < self._most_places:
                    places[number] = place + path
            if all(len(found.get(side, ())) >= self._most_places for side in self._sides):
                break
            for step, owner in back.get(current, ()):
                if owner not in seen:
                    seen.add(owner)
                    pending.append((owner, step + path))
        return {side: tuple(places[number] for number in sorted(places)) for side, places in found.items()}

    def pairs(self) -> Mapping[Pair, object]:
        """All pairs that were met."""
        return self._found

    def _compare(self, old: str, new: str) -> Iterator[Found]:
        if old in self._old.enums:
            if new in self._new.enums:
                yield from compare_enums(new, self._old.enums[old], self._new.enums[new])
            return
        yield from compare_records(new, *self._records((old, new)), self)

    def _records(self, pair: Pair) -> tuple[Record, Record]:
        nothing = Record({})
        return self._old.messages.get(pair[0], nothing), self._new.messages.get(pair[1], nothing)


class _Trial:
    """A comparison of which nothing is noted but the messages that it meets."""

    def __init__(self, walk: Walk) -> None:
        self.is_enum, self.likeness, self.takes, self.took = walk.is_enum, walk.likeness, walk.takes, walk.took
        self.met: list[Pair] = []

    def meet(self, old: str, new: str, path: str) -> None:
        """Note a pair of messages."""
        del path
        self.met.append((old, new))


def _is_harmless(changes: list[Found]) -> bool:
    return all(change.rule.request is Severity.OK for change in changes)


def _family(of: Type) -> str:
    """What types of one form have in common."""
    return of.kind.partition("/")[0] if isinstance(of, Scalar | Choice) else type(of).__name__
