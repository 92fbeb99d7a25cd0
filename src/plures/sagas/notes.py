"""What is noted of one saga, and what is still to be: an answer of others is noted before the next step, that of a method of the service in the
transaction of its effect.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any, Final

from plures.data import TRANSACTION_FAILED, CommitUnknown, StatementFailed

from .errors import NotKept
from .keeping import Instance, Journal, Record

_AGAIN: Final = 8
_PAUSE_S: Final = 0.01


class Notes:
    """Those of one saga.

    Attributes:
        instance: The saga as it is; `flush` notes what has changed.
    """

    def __init__(self, journal: Journal, instance: Instance, *, place: int) -> None:
        """Take it on.

        Args:
            place: Of the last step that was noted.
        """
        self._journal = journal
        self._kept = instance
        self._place = place
        self._pending: list[Record] = []
        self._forgotten: set[str] = set()
        # Steps may be taken side by side.
        self._turn = asyncio.Lock()
        self.instance = instance

    def set(self, **changes: Any) -> None:
        """Something of the saga has changed."""
        self.instance = replace(self.instance, **changes)

    def add(self, record: Record) -> None:
        """A step has ended."""
        self._pending.append(self._placed(record))
        self._progress(record)

    def forget(self, steps: Collection[str]) -> None:
        """These steps are to be taken again when the saga goes on, by their numbers."""
        self._pending = [record for record in self._pending if record.number not in steps]
        self._forgotten |= frozenset(steps)

    async def flush(self) -> None:
        """Note what is not noted yet. Which step has begun is no news that is worth a commit.

        Raises:
            Lost: Another worker has the saga now.
            NotKept: The database did not take it, or it is not known whether it did.
        """
        async with self._turn:
            pending, after = tuple(self._pending), self.instance
            is_same = replace(after, step=self._kept.step, changed_at=self._kept.changed_at) == self._kept
            if not pending and not self._forgotten and is_same:
                return
            after = self._changed(after)
            try:
                await self._journal.change(self._kept, after, pending, self._forgotten)
            except Exception as error:
                raise NotKept from error
            self._kept = after
            del self._pending[: len(pending)]

    async def together(self, work: Callable[[], Awaitable[Any]], record_of: Callable[[Any], Record]) -> Any:
        """Do something on the database, and note it in the same transaction; where there is none, with what comes next.

        Raises:
            Lost, NotKept: As `flush`.
        """
        for again in range(_AGAIN):
            try:
                return await self._together(work, record_of)
            except TRANSACTION_FAILED as error:
                if isinstance(error, CommitUnknown):
                    raise NotKept from error
                if again == _AGAIN - 1 or (isinstance(error, StatementFailed) and not error.may_be_repeated):
                    raise
            await asyncio.sleep(_PAUSE_S * 2**again)
        raise AssertionError

    async def _together(self, work: Callable[[], Awaitable[Any]], record_of: Callable[[Any], Record]) -> Any:
        record: Record | None = None

        def to_note(answer: Any) -> tuple[Instance, tuple[Record, ...]]:
            nonlocal record
            record = record_of(answer)
            self._progress(record)
            return self._kept, (*self._pending, self._placed(record))

        async with self._turn:
            pending = len(self._pending)
            answer, is_noted = await self._journal.together(work, to_note)
            if is_noted:
                # What else has changed is noted with what comes next.
                del self._pending[:pending]
        if not is_noted and record is not None:
            self.add(record)
        return answer

    def _progress(self, record: Record) -> None:
        # Why it is taken back stays.
        self.set(attempts=0, error=self.instance.error if record.is_undo else "")

    def _placed(self, record: Record) -> Record:
        self._place += 1
        return replace(record, place=self._place)

    def _changed(self, after: Instance) -> Instance:
        # It grows also where clocks differ.
        return replace(after, changed_at=max(self._journal.now(), self._kept.changed_at + 1))
