"""The worker of one replica: runs the sagas that begin here, those that are due, and those that another worker has left."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import replace
from typing import Final

from plures.data import Dialect, is_outage
from plures.errors import PluresError
from plures.logs import tell

from .declaring import Definition
from .errors import Lost, NotKept, SagaParked
from .hands import Hand, Hands, Key
from .keeping import OPEN, Instance, Journal, Kind, Record, Spans, State
from .pace import Pace
from .run import Run

_MOST_CANCELLED: Final = 5
_LOOKS_PER_DOUBT: Final = 10
_OF_THE_DATABASE: Final = (PluresError, OSError)
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
        self.spans = Spans(capability)
        self._service: object = None
        self.hands = Hands(pace.long_s)
        # Sagas that began here, and of which too many did.
        self._too_many: list[Key] = []
        # Whether more sagas wait than this worker may take.
        self._has_more = False
        self._woken = asyncio.Event()
        # So many looks until it looks for sagas that nothing has in hand.
        self._looks_left = 0
        self._outages = 0
        self._is_stopping = False
        # A database may move to another kind of server while it is used.
        self._dialect: Dialect | None = None

    def serve(self, service: object) -> None:
        """From now on it has the methods of this service to run."""
        self._service = service

    @property
    def kinds(self) -> Collection[Kind]:
        """The versions of sagas that it can bring on."""
        return self._definitions.keys()

    def go_on(self) -> None:
        """Take sagas on again, after a stop."""
        self._is_stopping = False

    def doubt(self) -> None:
        """Called where it is not known whether a saga has begun."""
        self._looks_left = 0
        self._woken.set()

    def wake(self) -> None:
        """Called after an operator has changed something."""
        self._looks_left = 0
        self._woken.set()

    def begin(self, instance: Instance, *, is_new: bool = False) -> None:
        """Run a saga that is this worker's; a new one has taken no steps."""
        key = instance.saga, instance.id
        if key in self.hands or self._is_stopping:
            return
        if is_new and not self.hands.may_begin():
            # Many may begin with one commit.
            self._too_many.append(key)
            self._woken.set()
            return
        hand = Hand(instance.saga, instance.version, is_due=not is_new)
        self.hands.add(key, hand)
        # What the caller is in the middle of, such as its deadline, is none of the saga's business.
        work = self._bring_on(hand, instance, is_new=is_new)
        hand.task = asyncio.get_running_loop().create_task(work, context=Context())
        hand.task.add_done_callback(lambda _: self._left(key, hand))

    def in_hand(self, saga: str, id: str) -> "asyncio.Task[Instance | None] | None":  # noqa: A002
        """The task of a saga that runs here: what has become of it; None where it does not."""
        hand = self.hands.get((saga, id))
        return None if hand is None else hand.task

    async def run(self) -> None:
        """Look for sagas that are due until cancelled; then let go of all that are in hand, and others may take over."""
        self.go_on()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look())
                group.create_task(self._sweep())
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Let go of what is in hand."""
        self._is_stopping = True
        hands = self.hands.all()
        for hand in hands:
            hand.let_go()
        await asyncio.gather(*(hand.task for hand in hands if hand.task is not None), return_exceptions=True)
        with suppress(PluresError, OSError):
            await self._journal.retire()

    async def _look(self) -> None:
        while True:
            self._woken.clear()
            try:
                is_new = self._journal.dialect is not self._dialect
                if is_new:
                    await self._journal.prepare()
                # The others have forgotten what it has, where it did not show itself for long.
                is_forgotten = is_new or not self._journal.may_act()
                await self._journal.show_alive()
                if is_forgotten:
                    await self._journal.show_code(self.kinds)
                self._dialect = self._journal.dialect
                # Before it looks for what nothing has in hand.
                await self._give_back()
                self._looks_left -= 1
                if self._looks_left < 0:
                    self._looks_left = _LOOKS_PER_DOUBT - 1
                    await self._find_left()
                wanted, room = self.hands.wanted(self._definitions)
                taken = await self._journal.take(wanted, room)
                self._outages = 0
            except Exception as error:  # noqa: BLE001 - it looks again
                self._looks_left = 0
                self._tell(error)
                await asyncio.sleep(self._pace.pause_s)
                continue
            # Of one that has as many in hand as it may, more may still wait.
            self._has_more = len(taken) >= room or (self._has_more and len(wanted) < len(self._definitions))
            for instance in taken:
                self._take_over(instance)
            self.hands.tell_of_long(self._capability)
            if not taken:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.look_s):
                        await self._woken.wait()

    def _take_over(self, instance: Instance) -> None:
        """Run a saga that nothing has in hand: what has it here still was too slow, and another worker had it meanwhile."""
        stale = self.hands.remove((instance.saga, instance.id))
        if stale is not None:
            stale.let_go()
        self.begin(instance)

    async def _find_left(self) -> None:
        """Run sagas that are this worker's and that nothing has in hand: the commit that began them may have seemed to fail.

        Those that it has in hand learn what an operator has made of them, where they take no step.
        """
        for key, state in (await self._journal.own()).items():
            hand = self.hands.get(key)
            if hand is not None:
                hand.see(state)
            elif self.hands.wanted(self._definitions)[1]:
                found = await self._journal.find(*key)
                if found is not None and self._is_to_run(found):
                    self.begin(found)

    async def _give_back(self) -> None:
        """Let any replica take what began here with too many others."""
        keys, self._too_many = self._too_many, []
        if keys:
            try:
                await self._journal.give_back(keys)
            except BaseException:
                self._too_many += keys
                raise

    def _left(self, key: Key, hand: Hand) -> None:
        self.hands.remove(key, hand)
        if self._has_more and self.hands.has_room((hand.saga, hand.version)):
            self._has_more = False
            self._woken.set()

    def _is_to_run(self, instance: Instance) -> bool:
        is_known = (instance.saga, instance.version) in self._definitions
        return is_known and instance.worker == self._journal.worker and instance.state in OPEN

    async def _sweep(self) -> None:
        while True:
            with suppress(PluresError, OSError):
                await self._journal.sweep()
            await asyncio.sleep(self._pace.sweep_s)

    async def _bring_on(self, hand: Hand, instance: Instance, *, is_new: bool) -> Instance | None:
        """Run one saga as far as it comes, also after the database was away; what it has become, None where another worker has it."""
        current: Instance | None = instance
        while current is not None and self._is_to_run(current):
            try:
                hand.state = current.state
                records = None if is_new else await self._journal.steps(current)
                return await self._run(hand, current, records).run()
            except asyncio.CancelledError:
                if not await self._may_go_on(hand):
                    return await self._park(hand, current, RuntimeError("its code cancels the task in which it runs"))
            except Lost:
                _LOG.debug("saga %s %s was changed by others", current.saga, current.id)
                if hand.is_let_go:
                    return None
            except NotKept as error:
                await self._rest(hand, error.__cause__ or error)
            except _OF_THE_DATABASE as error:
                await self._rest(hand, error)
            except Exception as error:  # noqa: BLE001 - what is wrong with one saga must not hold up the others
                return await self._park(hand, current, error)
            is_new = False
            current = await self._as_it_is(hand, current)
        return None

    def _run(self, hand: Hand, instance: Instance, records: Sequence[Record] | None) -> Run:
        run = Run(
            self._definitions[instance.saga, instance.version],
            self._service,
            instance,
            records,
            journal=self._journal,
            pace=self._pace,
            spans=self.spans,
            is_let_go=lambda: hand.is_let_go,
        )
        hand.step = run.step
        return run

    async def _may_go_on(self, hand: Hand) -> bool:
        """Whether a saga may run again that was cancelled, by its own code: what it had in flight may have run."""
        task = asyncio.current_task()
        if hand.is_let_go or task is None:
            raise asyncio.CancelledError
        while task.cancelling():
            task.uncancel()
        if hand.is_recalled:
            hand.is_recalled = False
            return True
        hand.cancelled += 1
        await asyncio.sleep(self._pace.pause_s)
        return hand.cancelled < _MOST_CANCELLED

    async def _park(self, hand: Hand, instance: Instance, error: Exception) -> Instance | None:
        """Park a saga that no attempt would bring on."""
        tell(_LOG, error, "saga %s.%s %s failed", self._capability, instance.saga, instance.id)
        reason = f"{type(error).__name__}: {error}"
        at = max(self._journal.now(), instance.changed_at + 1)
        parked = replace(
            instance, state=State.PARKED, was=instance.state, worker="", error=reason, attempts=0, changed_at=at
        )
        while True:
            try:
                await self._journal.change(instance, parked)
            except Lost:
                return None
            except Exception as trouble:  # noqa: BLE001 - as above
                await self._rest(hand, trouble)
            else:
                _LOG.error("%s", SagaParked(f"{self._capability}.{instance.saga}", instance.id, instance.step, reason))
                return parked

    async def _as_it_is(self, hand: Hand, instance: Instance) -> Instance | None:
        """A saga as the database has it now, from when on no other worker takes it over."""
        while True:
            try:
                await self._journal.show_alive()
                return await self._journal.find(instance.saga, instance.id)
            except Exception as error:  # noqa: BLE001 - as above
                await self._rest(hand, error)

    async def _rest(self, hand: Hand, error: BaseException) -> None:
        """Wait for the database, longer each time."""
        if hand.is_let_go:
            # The run has made something else of it.
            raise asyncio.CancelledError
        hand.failed += 1
        self._tell(error)
        await asyncio.sleep(self._pace.rest_s(hand.failed))

    def _tell(self, error: BaseException) -> None:
        """Told the first time, and rarer the longer it lasts."""
        self._outages += 1
        if self._outages.bit_count() == 1:
            if is_outage(error):
                _LOG.warning("the sagas of %s wait for the database: %s", self._capability, error)
            else:
                tell(_LOG, error, "the sagas of %s cannot go on", self._capability)
