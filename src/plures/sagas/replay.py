"""The steps that a saga has taken, when it runs again: they answer in the order in which they ended, so what the saga makes of that is the same."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from plures.contract import ContractError
from plures.errors import CallError

from .declaring import DONE, Called
from .errors import SagaChanged, SagaUnreadable, Stuck
from .keeping import Instance, Record

_TURNS: Final = 6
"""So many turns of the event loop pass until what waited for an answer has gone on, and what waited for that too."""
_NOTHING: Final = "nothing"


class Replay:
    """What one run has to repeat."""

    def __init__(self, name: str, instance: Instance, records: Sequence[Record], *, patience_s: float) -> None:
        """Prepare.

        Args:
            name: Of the saga.
            records: In the order in which they ended.
            patience_s: How long the saga may take until it comes to a step that it has taken.
        """
        self._name = name
        self._instance = instance
        self._patience_s = patience_s
        self._records = {record.number: record for record in records}
        self._left = deque(record.number for record in records)
        self._asked: set[str] = set()
        self._last: asyncio.Task[Any] | None = None
        self._round = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def record(self, number: str, name: str) -> Record | None:
        """What a step came to, once all have answered that ended before; None where it has not ended, once all have that have.

        Raises:
            Stuck: The code has another step there, or does not come to one that it has taken.
        """
        taken = self._records.get(number)
        if taken is not None and taken.name != name:
            raise Stuck(self._changed(taken, name))
        if self._left:
            try:
                async with asyncio.timeout(self._patience_s):
                    await (self._end() if taken is None else self._turn(number))
            except TimeoutError:
                raise Stuck(self._changed(self._records[self._left[0]], _NOTHING)) from None
        return taken

    def outcome_of(self, taken: Record, step: Called) -> Any:
        """What a step answered, or raised.

        Raises:
            Stuck: That cannot be read.
        """
        try:
            return step.outcome_of(taken.reply)
        except (ContractError, CallError) as error:
            if taken.status == DONE.http_status:
                raise Stuck(self._unreadable(taken, str(error))) from error
            raise

    def number_in(self, taken: Record) -> int:
        """What a timer has noted. Raises `Stuck` where it is no number."""
        try:
            return int(taken.answer)
        except ValueError as error:
            raise Stuck(self._unreadable(taken, str(error))) from error

    def check_end(self) -> None:
        """Raise `Stuck` where the code of the saga has ended without a step that it has taken."""
        missed = next((self._records[number] for number in self._left if number not in self._asked), None)
        if missed is not None:
            raise Stuck(self._changed(missed, _NOTHING))

    def add(self, record: Record) -> Record:
        """A step has ended; awaited again, it answers the same."""
        self._records[record.number] = record
        return record

    async def _turn(self, number: str) -> None:
        self._asked.add(number)
        task = asyncio.current_task()
        while number in self._left and not (self._left[0] == number and self._last in (None, task)):
            await self._change()
        if self._left and self._left[0] == number:
            self._left.popleft()
            self._last = task
            self._round += 1
            self._settle(self._round, _TURNS)

    async def _end(self) -> None:
        while self._left:
            await self._change()

    async def _change(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def _settle(self, round_: int, turns: int) -> None:
        """Let what waits for the last answer go on before the next comes."""
        if round_ != self._round:
            return
        if turns:
            asyncio.get_running_loop().call_soon(self._settle, round_, turns - 1)
            return
        self._last = None
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    def _changed(self, taken: Record, name: str) -> SagaChanged:
        return SagaChanged(self._name, self._instance.id, self._instance.version, taken.number, taken.name, name)

    def _unreadable(self, taken: Record, problem: str) -> SagaUnreadable:
        what = f"what its step {taken.number}, {taken.name}, answered"
        return SagaUnreadable(self._name, self._instance.id, what, problem)
