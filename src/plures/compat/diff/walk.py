"""All messages and enums that two contracts have in the same places, and the ways by which callers meet them.

Each pair is compared once, however often it occurs: what changed in it does not depend on who meets it, only how bad that is.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from plures.compat.changes import Side
from plures.compat.model import Choice, Contract, Named, OneOf, Record, Scalar, Type

from .found import Found
from .records import compare_enums, compare_records

Pair = tuple[str, str]
_SAME: Final = 100


class Walk:
    """The comparison of the messages of two contracts."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self._old, self._new = old, new
        self._found: dict[Pair, list[Found]] = {}
        self._ways: dict[Pair, list[tuple[str, Pair]]] = {}
        self._at: Pair = ("", "")
        self._pending: list[Pair] = []
        self._roots: list[tuple[Side, str, Pair]] = []

    def start(self, side: Side, place: str, old: str, new: str) -> None:
        """Compare two messages that callers meet directly, and all that these are made of."""
        self._roots.append((side, place, (old, new)))
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

    def results(self) -> Iterator[tuple[Side, Found, tuple[str, ...]]]:
        """All that changed, for each side where callers meet it, with the places."""
        leading = self._leading()
        places: dict[tuple[Side, Pair], list[str]] = {}
        for side, place, root in self._roots:
            for pair, path in self._reached(root, leading):
                if self._found[pair]:
                    places.setdefault((side, pair), []).append(place + path)
        for (side, pair), reached in places.items():
            for each in self._found[pair]:
                yield side, each, tuple(reached)

    def _leading(self) -> set[Pair]:
        """The pairs in which something changed, and those that lead there: the others need not be walked."""
        back: dict[Pair, list[Pair]] = {}
        for pair, steps in self._ways.items():
            for _, following in steps:
                back.setdefault(following, []).append(pair)
        pending = [pair for pair, what in self._found.items() if what]
        leading = set(pending)
        while pending:
            for pair in back.get(pending.pop(), ()):
                if pair not in leading:
                    leading.add(pair)
                    pending.append(pair)
        return leading

    def pairs(self) -> Mapping[Pair, object]:
        """All pairs that were met."""
        return self._found

    def _compare(self, old: str, new: str) -> Iterator[Found]:
        if old in self._old.enums:
            if new in self._new.enums:
                yield from compare_enums(new, self._old.enums[old], self._new.enums[new])
            return
        nothing = Record({})
        before, after = self._old.messages.get(old, nothing), self._new.messages.get(new, nothing)
        yield from compare_records(new, before, after, self)

    def _reached(self, root: Pair, leading: set[Pair]) -> Iterator[tuple[Pair, str]]:
        """What can be reached, each by its shortest way."""
        seen, pending = {root}, deque([(root, "")] if root in leading else [])
        while pending:
            pair, path = pending.popleft()
            yield pair, path
            for step, following in self._ways.get(pair, ()):
                if following in leading and following not in seen:
                    seen.add(following)
                    pending.append((following, path + step))


def _family(of: Type) -> str:
    """What types of one form have in common."""
    return of.kind.partition("/")[0] if isinstance(of, Scalar | Choice) else type(of).__name__
