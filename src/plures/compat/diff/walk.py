"""All messages and enums that two contracts have in the same places, and the ways by which callers meet them.

Each pair is compared once, however often it occurs: what changed in it does not depend on who meets it, only how bad that is.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from plures.compat.changes import Side
from plures.compat.model import Contract, Record

from .found import Found
from .records import compare_enums, compare_records

Pair = tuple[str, str]


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

    def results(self) -> Iterator[tuple[Side, Found, tuple[str, ...]]]:
        """All that changed, for each side where callers meet it, with the places."""
        places: dict[tuple[Side, Pair], list[str]] = {}
        for side, place, root in self._roots:
            for pair, path in self._reached(root):
                places.setdefault((side, pair), []).append(place + path)
        for (side, pair), reached in places.items():
            for each in self._found[pair]:
                yield side, each, tuple(reached)

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

    def _reached(self, root: Pair) -> Iterator[tuple[Pair, str]]:
        """What can be reached, each by its shortest way."""
        seen, pending = {root}, deque([(root, "")])
        while pending:
            pair, path = pending.popleft()
            yield pair, path
            for step, following in self._ways.get(pair, ()):
                if following not in seen:
                    seen.add(following)
                    pending.append((following, path + step))
