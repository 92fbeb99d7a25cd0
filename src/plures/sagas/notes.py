"""What is noted of one saga, and what is still to be: an answer of others is noted before a step begins that may depend on it, that of a method
of the service in the transaction of its effect.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from plures.data import TRANSACTION_FAILED, CommitUnknown, StatementFailed
from plures.runtime import Reply

from .errors import NotKept
from .keeping import Instance, Journal, Record, recorded
from .numbering import is_made_by

_AGAIN: Final = 8
_PAUSE_S: Final = 0.01


@dataclass(slots=True)
class Ended:
    """How a step has ended.

    Attributes:
        lasts: As in `Record`.
        made: The last step that its task had made when it began; empty where that is not known.
    """

    number: str
    name: str
    reply: Reply
    is_undo: bool = False
    lasts: bool = True
    made: str = ""


class Notes:
    """Those of one saga."""

    def __init__(self, journal: Journal, instance: Instance, *, place: int) -> None:
        """Take it on.

        Args:
            place: Of the last step that was noted.
        """
        self._journal = journal
        self._kept = instance
        self._instance = instance
        # Copies of an instance take long.
        self._changes: dict[str, Any] = {}
        # How often there was something that must be noted before a step begins, and how many of them are noted.
        self._due = self._due_noted = 0
        self._tenure = journal.tenure
        self._place = place
        self._pending: list[Record] = []
        # Of each pending one.
        self._made: list[str] = []
        self._forgotten: set[str] = set()
        # Steps may be taken side by side.
        self._turn = asyncio.Lock()

    @property
    def instance(self) -> Instance:
        """The saga as it is; `flush` notes what has changed."""
        if self._changes:
            self._instance = replace(self._instance, **self._changes)
            self._changes.clear()
        return self._instance

    def begin(self, step: str) -> None:
        """A step begins. That is no news that is worth a commit."""
        self._changes["step"] = step

    def set(self, **changes: Any) -> None:
        """Something of the saga has changed."""
        for name, value in changes.items():
            if self._changes.get(name, getattr(self._instance, name)) != value:
                self._changes[name] = value
                self._due += 1

    def add(self, ended: Ended) -> Record:
        """A step has ended."""
        record = self._record(ended)
        self._pending.append(record)
        self._made.append(ended.made)
        self._progress(record)
        return record

    def forget(self, steps: Collection[str]) -> None:
        """These steps are to be taken again when the saga goes on, by their numbers."""
        kept = [each for each in zip(self._pending, self._made, strict=True) if each[0].number not in steps]
        self._pending, self._made = [record for record, _ in kept], [made for _, made in kept]
        self._forgotten |= frozenset(steps)

    def say_undo(self) -> None:
        """The saga has said how something is taken back. One that is taken back comes to that only if the steps before it are noted."""
        if self._pending:
            self._due += 1

    async def before(self, number: str) -> None:
        """Note what must be noted before a step begins: what was answered before it was made. What was made before the other began, by the task
        that took both, cannot depend on its answer.

        Raises:
            Lost, NotKept: As `flush`.
        """
        if self._is_due or not all(is_made_by(made, number) for made in self._made):
            await self.flush()

    async def flush(self) -> None:
        """Note what is not noted yet.

        Raises:
            Lost: Another worker has the saga now.
            NotKept: The database did not take it, or it is not known whether it did.
        """
        async with self._turn:
            pending = tuple(self._pending)
            if not (pending or self._forgotten or self._is_due):
                return
            due, tenure = self._due, self._journal.tenure
            # It grows also where clocks differ.
            self._changes["changed_at"] = max(self._journal.now(), self._kept.changed_at + 1)
            after = self.instance
            try:
                await self._journal.change(self._kept, after, pending, self._forgotten)
            except Exception as error:
                raise NotKept from error
            self._kept, self._due_noted, self._tenure = after, due, tenure
            self._noted(len(pending))

    async def together(self, work: Callable[[], Awaitable[Any]], ended: Callable[[Any], Ended]) -> tuple[Any, Record]:
        """Do something on the database, and note it in the same transaction; where there is none, with what comes next.

        Raises:
            Lost, NotKept: As `flush`.
        """
        for again in range(_AGAIN):
            try:
                return await self._together(work, ended)
            except TRANSACTION_FAILED as error:
                if isinstance(error, CommitUnknown):
                    raise NotKept from error
                if again == _AGAIN - 1 or (isinstance(error, StatementFailed) and not error.may_be_repeated):
                    raise
            await asyncio.sleep(_PAUSE_S * 2**again)
        raise AssertionError

    async def _together(self, work: Callable[[], Awaitable[Any]], ended: Callable[[Any], Ended]) -> tuple[Any, Record]:
        noted, made = list[Record](), ""

        def to_note(answer: Any) -> tuple[Instance, Sequence[Record]]:
            nonlocal made
            how = ended(answer)
            made = how.made
            noted[:] = (*self._pending, self._record(how))
            return self._kept, noted

        async with self._turn:
            pending = len(self._pending)
            answer, is_noted = await self._journal.together(work, to_note)
            if is_noted:
                # What else has changed is noted with what comes next.
                self._noted(pending)
        record = noted[-1]
        if not is_noted:
            self._pending.append(record)
            self._made.append(made)
        self._progress(record)
        return answer, record

    @property
    def _is_due(self) -> bool:
        return self._due != self._due_noted or self._tenure != self._journal.tenure

    def _noted(self, pending: int) -> None:
        del self._pending[:pending]
        del self._made[:pending]

    def _progress(self, record: Record) -> None:
        # Why it is taken back stays.
        if record.is_undo:
            self.set(attempts=0)
        else:
            self.set(attempts=0, error="")

    def _record(self, ended: Ended) -> Record:
        self._place += 1
        return recorded(
            ended.number, ended.name, ended.reply, is_undo=ended.is_undo, lasts=ended.lasts, place=self._place
        )
