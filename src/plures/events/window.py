"""What one subscription has in hand: events that were read and not yet settled, in lanes by their keys. Knows no database and no time.

An event of a key is ready when the one before it is settled. When one fails, those behind it in its lane are set aside with it, to wait in
the database, and so are later ones of its key. Events without a key have no lane.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from .outbox import Stored

MOST: Final = 512
"""So many events are in hand at most."""

MOST_BYTES: Final = 16 << 20
_OVERHEAD: Final = 500


@dataclass(eq=False, slots=True)
class Item:
    """An event to deliver.

    Attributes:
        attempts: So many have failed.
        is_retry: It has a row among the failures, and came from there.
    """

    event: Stored
    attempts: int = 0
    is_retry: bool = False


class Failure(msgspec.Struct, frozen=True):
    """An attempt that failed.

    Attributes:
        attempts: So many have failed, with this one.
        due_at: When the next is due, in milliseconds since 1970; None for an event that is parked.
        error: What was raised, in words.
    """

    attempts: int
    due_at: int | None
    error: str


@dataclass(slots=True)
class Changes:
    """What is to be written, all at once.

    Attributes:
        position: All events up to here are settled, or among these changes, or among the failures already.
        failed: Events whose attempt failed.
        waiting: Events that wait behind a failed one.
        resolved: Events that had failed, and now did not.
    """

    position: int
    failed: list[tuple[Item, Failure]] = field(default_factory=list[tuple[Item, Failure]])
    waiting: list[Stored] = field(default_factory=list[Stored])
    resolved: list[Stored] = field(default_factory=list[Stored])

    @property
    def is_only_position(self) -> bool:
        return not (self.failed or self.waiting or self.resolved)


@dataclass(slots=True)
class _Lane:
    is_retry: bool
    behind: deque[Item] = field(default_factory=deque[Item])


class Window:
    """The events in hand.

    Attributes:
        read_to: The sequence of the last event that was read.
        wanting: Key → sequence of its last event in hand, for lanes of failures that have come to their end here: more may wait.
    """

    def __init__(self, position: int = 0) -> None:
        self.read_to = position
        self.wanting: dict[str, int] = {}
        self._written_to = position
        # Sequence → size of the events of the outbox that are not settled, in their order.
        self._open: dict[int, int] = {}
        self._retries: dict[int, int] = {}
        self._lanes: dict[str, _Lane] = {}
        self._ready: deque[Item] = deque()
        self._changes = Changes(position)
        self._failing_keys: set[str] = set()
        self._bytes = 0
        self._largest = _OVERHEAD

    def begin(self, position: int) -> None:
        """All up to here are settled already."""
        self.read_to = self._written_to = position

    @property
    def room(self) -> int:
        """So many more events may be read."""
        by_bytes = (MOST_BYTES - self._bytes) // self._largest
        # One at least, however large: a window that holds nothing must go on.
        least = 0 if self._open or self._retries else 1
        return max(least, min(MOST - len(self._open) - len(self._retries), by_bytes))

    @property
    def wants_more(self) -> bool:
        """It is half empty: not one event is read for each that is delivered."""
        return self.room >= max(1, len(self._open) + len(self._retries))

    @property
    def ready(self) -> int:
        """So many can be delivered now."""
        return len(self._ready)

    @property
    def retrying(self) -> int:
        """So many failures are in hand."""
        return len(self._retries)

    @property
    def must_write(self) -> bool:
        """There are failures that the next page must find in the database."""
        return bool(self._changes.failed or self._changes.waiting)

    @property
    def is_changed(self) -> bool:
        """There is something to write."""
        return self._position() != self._written_to or not self._changes.is_only_position

    def add(self, events: Iterable[tuple[Stored, bool]]) -> None:
        """Take the next events of the outbox, each with whether it is among the failures, or one of its key is."""
        for event, is_blocked in events:
            self.read_to = event.sequence
            lane = self._lanes.get(event.key) if event.key else None
            if is_blocked or (event.key and event.key in self._failing_keys) or (lane is not None and lane.is_retry):
                self._set_aside(event)
                continue
            self._open[event.sequence] = self._hold(event)
            self._line_up(Item(event), lane)

    def add_retries(self, items: Iterable[Item]) -> None:
        """Take failures that are due; those that are in hand are left out."""
        for item in items:
            event = item.event
            if event.sequence in self._retries or (event.key and event.key in self._lanes):
                continue
            self._retries[event.sequence] = self._hold(event)
            if event.key:
                self._lanes[event.key] = _Lane(is_retry=True)
            self._ready.append(item)

    def add_followers(self, key: str, items: Sequence[Item]) -> None:
        """Take what waits behind a failure that was delivered; the lane ends where nothing does."""
        del self.wanting[key]
        if not items:
            del self._lanes[key]
            return
        for item in items:
            self._retries[item.event.sequence] = self._hold(item.event)
        self._ready.append(items[0])
        self._lanes[key].behind.extend(items[1:])

    def take(self) -> Item | None:
        """The next to deliver; it is in hand until it is settled or put back."""
        return self._ready.popleft() if self._ready else None

    def put_back(self, item: Item) -> None:
        """It was not sent."""
        self._ready.appendleft(item)

    def succeeded(self, item: Item) -> None:
        """It was delivered."""
        event = item.event
        if item.is_retry:
            self._changes.resolved.append(event)
        else:
            self._let_go(self._open.pop(event.sequence))
        if event.key:
            self._next(event)

    def failed(self, item: Item, failure: Failure) -> None:
        """An attempt failed: it leaves the window, and so does all that is behind it in its lane."""
        event = item.event
        self._changes.failed.append((item, failure))
        lane = self._lanes.pop(event.key) if event.key else None
        if item.is_retry:
            for behind in lane.behind if lane is not None else ():
                self._let_go(self._retries.pop(behind.event.sequence))
            return
        self._let_go(self._open.pop(event.sequence))
        if event.key:
            self._failing_keys.add(event.key)
        for behind in lane.behind if lane is not None else ():
            self._let_go(self._open.pop(behind.event.sequence))
            self._set_aside(behind.event)

    def changes(self) -> Changes:
        """What is to be written now; `written` follows, or the window is thrown away."""
        kept = self._changes
        return Changes(self._position(), list(kept.failed), list(kept.waiting), list(kept.resolved))

    def written(self, changes: Changes) -> None:
        """These are in the database; others may have come since."""
        kept = self._changes
        settled = [item.event for item, _ in changes.failed if item.is_retry] + changes.resolved
        # Only now: the database would else give them out again.
        for event in settled:
            self._let_go(self._retries.pop(event.sequence))
        del (
            kept.failed[: len(changes.failed)],
            kept.waiting[: len(changes.waiting)],
            kept.resolved[: len(changes.resolved)],
        )
        self._written_to = changes.position
        self._failing_keys = {item.event.key for item, _ in kept.failed if item.event.key and not item.is_retry}

    def _position(self) -> int:
        return next(iter(self._open)) - 1 if self._open else self.read_to

    def _line_up(self, item: Item, lane: _Lane | None) -> None:
        if lane is not None:
            lane.behind.append(item)
            return
        if item.event.key:
            self._lanes[item.event.key] = _Lane(is_retry=False)
        self._ready.append(item)

    def _next(self, event: Stored) -> None:
        lane = self._lanes[event.key]
        if lane.behind:
            self._ready.append(lane.behind.popleft())
        elif lane.is_retry:
            self.wanting[event.key] = event.sequence
        else:
            del self._lanes[event.key]

    def _set_aside(self, event: Stored) -> None:
        self._changes.waiting.append(event)

    def _hold(self, event: Stored) -> int:
        size = len(event.body or "") + _OVERHEAD
        self._bytes += size
        self._largest = max(size, self._largest - (self._largest - size) // 64)
        return size

    def _let_go(self, size: int) -> None:
        self._bytes -= size
