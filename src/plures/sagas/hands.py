"""What a worker has in hand, how many more it may take, and which sagas wait for which."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, TypeAlias

from .errors import NO_STEP, StepUnfit
from .keeping import Instance, Kind, State

MOST_DUE: Final = 64
"""So many that were due are at work at once."""
MOST_OF_ONE: Final = 48
"""Of one version of one saga, where the code has several: the others have room besides."""
MOST_BEGUN: Final = 256
"""So many that began here are at work at once. More are due from their beginning, and any replica takes them."""
MOST_IN_ALL: Final = 1024
_ROOM_THAT_COUNTS: Final = 16
_LOG: Final = logging.getLogger("plures.sagas")

Key: TypeAlias = tuple[str, str]


@dataclass(eq=False)
class Hand:
    """What has one saga.

    Attributes:
        is_due: Whether it was due; else it began here.
        since: When this worker got it, by a clock of its own.
        is_let_go: Whether it must do no more.
        failed: How often it could not go on.
        cancelled: How often its own code has cancelled it.
        waits_for: The sagas for which its steps wait.
        step: Tells where it is.
        state: That in which it runs.
        is_recalled: Whether an operator has it taken back while it runs forward.
    """

    saga: str
    version: int
    is_due: bool = True
    since: float = field(default_factory=monotonic)
    task: "asyncio.Task[Instance | None] | None" = None
    is_let_go: bool = False
    failed: int = 0
    cancelled: int = 0
    waits_for: list[Key] = field(default_factory=list[Key])
    step: Callable[[], str] = lambda: ""
    state: State = State.RUNNING
    is_recalled: bool = False

    def let_go(self) -> None:
        self.is_let_go = True
        if self.task is not None:
            self.task.cancel()

    def see(self, state: State) -> None:
        """Called now and then with the state that the database has. A step that does not end is broken off the second time."""
        if state is not State.COMPENSATING or self.state is state:
            self.is_recalled = False
            return
        if self.is_recalled and self.task is not None:
            self.task.cancel()
        self.is_recalled = True


class Hands:
    """Those of one worker."""

    def __init__(self, long_s: float) -> None:
        """Prepare.

        Args:
            long_s: What a worker has had for longer does not keep others out: it hardly works, it waits.
        """
        self._long_s = long_s
        self._hands: dict[Key, Hand] = {}
        # How often their number has doubled of which it was told that they do not come on.
        self._told_of = 0

    def __len__(self) -> int:
        return len(self._hands)

    def __contains__(self, key: Key) -> bool:
        return key in self._hands

    def get(self, key: Key) -> Hand | None:
        return self._hands.get(key)

    def all(self) -> list[Hand]:
        return list(self._hands.values())

    def add(self, key: Key, hand: Hand) -> None:
        self._hands[key] = hand

    def remove(self, key: Key, hand: Hand | None = None) -> Hand | None:
        """Forget a hand; with one given, only where it is still that one."""
        found = self._hands.get(key)
        return self._hands.pop(key) if found is not None and hand in (None, found) else None

    def long(self) -> list[tuple[Key, Hand]]:
        """Those that a worker has had for long, the oldest first. One that waits for another saga is none of them."""
        before = monotonic() - self._long_s
        return [(key, hand) for key, hand in self._hands.items() if hand.since < before and not hand.waits_for]

    def tell_of_long(self, capability: str) -> None:
        """Told when so many do not come on that others would have to wait for them, and each time that they are twice as many."""
        long = self.long()
        before, self._told_of = self._told_of, (len(long) // MOST_DUE).bit_length()
        if self._told_of <= before:
            return
        (saga, id_), hand = long[0]
        others = "no others are taken on that are due" if len(self) >= MOST_IN_ALL else "others go on beside them"
        _LOG.warning(
            "%d sagas of %s have been at work here for more than %d s, and %s. The oldest is %s %s, at its step %s. Give them a deadline, or end them: "
            "`plures sagas compensate --saga %s.%s --state running`.",
            *(len(long), capability, self._long_s, others, saga, id_, hand.step() or NO_STEP, capability, saga),
        )

    def may_begin(self) -> bool:
        """Whether one more may begin here at once."""
        if len(self._hands) < MOST_BEGUN:
            return True
        return self._at_work(is_due=False).total() < MOST_BEGUN

    def wanted(self, known: Collection[Kind]) -> tuple[Collection[Kind], int]:
        """Which that are due may be taken, and how many of them."""
        busy = self._at_work(is_due=True)
        room = min(MOST_DUE - busy.total(), MOST_IN_ALL - len(self._hands))
        if len(known) < 2:  # noqa: PLR2004 - there are no others
            return known, max(room, 0)
        left = {kind: MOST_OF_ONE - busy[kind] for kind in known if busy[kind] < MOST_OF_ONE}
        # At most as many as the one may have that has least room: which they will be is not known before.
        return left.keys(), max(min(room, *left.values(), MOST_DUE), 0)

    def has_room(self, kind: Kind) -> bool:
        """Whether a look would bring enough that is worth it."""
        busy = self._at_work(is_due=True)
        return min(MOST_DUE - busy.total(), MOST_OF_ONE - busy[kind]) >= _ROOM_THAT_COUNTS

    @contextmanager
    def waiting(self, waiting: Key | None, awaited: Key) -> Generator[None]:
        """Meanwhile a saga waits for another. None waits that is no saga.

        Raises:
            StepUnfit: That one waits for this one, or would: neither would ever end.
        """
        hand = None if waiting is None else self._hands.get(waiting)
        if hand is None or waiting is None:
            yield
            return
        if self._leads(awaited, waiting):
            raise StepUnfit(
                f"{awaited[0]} {awaited[1]!r}",
                f"it waits for {waiting[0]} {waiting[1]!r}, which would wait for it, so neither would end",
                "Let one of them go on without the other: `start` does not wait.",
            )
        hand.waits_for.append(awaited)
        try:
            yield
        finally:
            hand.waits_for.remove(awaited)

    def _leads(self, key: Key, to: Key) -> bool:
        seen: set[Key] = set()
        ahead = [key]
        while ahead:
            at = ahead.pop()
            if at == to:
                return True
            if at not in seen:
                seen.add(at)
                hand = self._hands.get(at)
                ahead += hand.waits_for if hand is not None else ()
        return False

    def _at_work(self, *, is_due: bool) -> Counter[Kind]:
        before = monotonic() - self._long_s
        return Counter(
            (hand.saga, hand.version)
            for hand in self._hands.values()
            if hand.is_due == is_due and hand.since >= before and not hand.waits_for
        )
