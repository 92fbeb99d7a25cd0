"""The worker of one replica: runs the sagas that begin here, those that are due, and those that another worker has left."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from typing import Final

from plures.data import Dialect, ServerUnreachable, StatementFailed, TooManyConnections
from plures.errors import PluresError
from plures.logs import tell

from .declaring import Definition
from .errors import Lost, NotKept
from .keeping import OPEN, Instance, Journal, Record
from .pace import Pace
from .run import Run

_MOST_AT_ONCE: Final = 64
_LOG: Final = logging.getLogger("plures.sagas")


class Worker:
    """Has sagas in hand, each in a task of its own."""

    def __init__(
        self, capability: str, journal: Journal, definitions: Mapping[tuple[str, int], Definition], *, pace: Pace
    ) -> None:
        self._capability = capability
        self._journal = journal
        self._definitions = definitions
        self._pace = pace
        self._service: object = None
        self._tasks: dict[tuple[str, str], asyncio.Task[Instance | None]] = {}
        self._woken = asyncio.Event()
        self._outages = 0
        self._is_stopping = False
        # A database may move to another kind of server while it is used.
        self._dialect: Dialect | None = None

    def serve(self, service: object) -> None:
        """From now on it has the methods of this service to run."""
        self._service = service

    def wake(self) -> None:
        """Called after an operator has changed something."""
        self._woken.set()

    def begin(self, instance: Instance, *, is_new: bool = False) -> None:
        """Run a saga that is this worker's; a new one has taken no steps."""
        key = instance.saga, instance.id
        if key not in self._tasks:
            # What the caller is in the middle of, such as its deadline, is none of the saga's business.
            work = self._bring_on(instance, is_new=is_new)
            task = self._tasks[key] = asyncio.get_running_loop().create_task(work, context=Context())
            task.add_done_callback(lambda _: self._tasks.pop(key, None))

    def in_hand(self, saga: str, id: str) -> "asyncio.Task[Instance | None] | None":  # noqa: A002
        """The task of a saga that runs here: what has become of it; None where it does not."""
        return self._tasks.get((saga, id))

    async def run(self) -> None:
        """Look for sagas that are due until cancelled; then let go of all that are in hand, and others may take over."""
        self._is_stopping = False
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look())
                group.create_task(self._sweep())
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Let go of what is in hand."""
        self._is_stopping = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(PluresError, OSError):
            await self._journal.retire()

    async def _look(self) -> None:
        while True:
            self._woken.clear()
            has_more = False
            try:
                if self._journal.dialect is not self._dialect:
                    await self._journal.prepare()
                    self._dialect = self._journal.dialect
                await self._journal.show_alive()
                taken = await self._journal.take(self._definitions, _MOST_AT_ONCE - len(self._tasks))
                self._outages = 0
            except Exception as error:  # noqa: BLE001 - it looks again
                await self._rest(error)
                continue
            for instance in taken:
                self.begin(instance)
                has_more = True
            if not has_more:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.look_s):
                        await self._woken.wait()

    async def _sweep(self) -> None:
        while True:
            with suppress(PluresError, OSError):
                await self._journal.sweep()
            await asyncio.sleep(self._pace.sweep_s)

    async def _bring_on(self, instance: Instance, *, is_new: bool) -> Instance | None:
        """Run one saga as far as it comes, also after the database was away; what it has become, None where another worker has it."""
        current: Instance | None = instance
        while current is not None and current.worker == self._journal.worker and current.state in OPEN:
            try:
                records = () if is_new else await self._journal.steps(current)
                return await self._run(current, records).run()
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if self._is_stopping or task is None:
                    raise
                # The saga's own code cancelled it. What it had in flight may have run.
                while task.cancelling():
                    task.uncancel()
                await asyncio.sleep(self._pace.pause_s)
            except Lost:
                _LOG.debug("saga %s %s was changed by others", current.saga, current.id)
            except NotKept as error:
                await self._rest(error.__cause__ or error)
            except Exception as error:  # noqa: BLE001 - its run notes what is the saga's own
                await self._rest(error)
            is_new = False
            current = await self._as_it_is(current)
        return None

    def _run(self, instance: Instance, records: Sequence[Record]) -> Run:
        return Run(
            self._definitions[instance.saga, instance.version],
            self._service,
            instance,
            records,
            capability=self._capability,
            journal=self._journal,
            pace=self._pace,
        )

    async def _as_it_is(self, instance: Instance) -> Instance | None:
        """A saga as the database has it now."""
        while True:
            try:
                return await self._journal.find(instance.saga, instance.id)
            except Exception as error:  # noqa: BLE001 - as above
                await self._rest(error)

    async def _rest(self, error: BaseException) -> None:
        """Wait for the database; told the first time, and rarer the longer it lasts."""
        self._outages += 1
        if self._outages.bit_count() == 1:
            if isinstance(error, StatementFailed | ServerUnreachable | TooManyConnections | OSError):
                _LOG.warning("the sagas of %s wait for the database: %s", self._capability, error)
            else:
                tell(_LOG, error, "the sagas of %s cannot go on", self._capability)
        await asyncio.sleep(self._pace.pause_s)
