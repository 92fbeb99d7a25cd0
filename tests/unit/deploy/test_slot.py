"""A slot keeps exactly one child, whatever happens to it. Children here are stand-ins without a process."""

import asyncio
from collections.abc import Callable

import pytest

from plures.deploy.errors import StartTimeout
from plures.deploy.supervisor.backoff import Backoff, BackoffPolicy
from plures.deploy.supervisor.slot import Slot, SlotRules
from plures.errors import PluresError


class StandIn:
    """A child that becomes ready, fails or dies when it is told to."""

    def __init__(self, pid: int, journal: list[str]) -> None:
        self.pid = pid
        self.told: list[int] = []
        self._journal = journal
        self._ready = asyncio.get_running_loop().create_future()
        self._ended = asyncio.get_running_loop().create_future()

    def becomes_ready(self) -> None:
        self._ready.set_result(None)

    def fails(self) -> None:
        self._ready.set_exception(PluresError("broken"))

    def dies(self, status: int = -9) -> None:
        if not self._ended.done():
            self._ended.set_result(status)
            self._journal.append(f"{self.pid} ended")

    async def ready(self) -> None:
        await asyncio.shield(self._ready)

    async def ended(self) -> int:
        return await asyncio.shield(self._ended)

    async def update(self, number: int, _: object) -> None:
        self.told.append(number)

    def lead(self, *, leads: bool) -> None:
        pass

    def open_edge(self) -> None:
        self._journal.append(f"{self.pid} may open its edge")

    async def close_edge(self) -> None:
        self._journal.append(f"{self.pid} closed its edge")

    async def stop(self) -> None:
        self._journal.append(f"{self.pid} stops")
        self.dies(0)

    def kill(self) -> None:
        self.dies()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # the slot knows nothing of tests
            await asyncio.sleep(0)


class Bench:
    """A slot, the children that it has spawned, and a journal of everything."""

    def __init__(self, rules: SlotRules, pause_s: float) -> None:
        self.children: list[StandIn] = []
        self.journal: list[str] = []
        backoff = Backoff(BackoffPolicy(first_s=pause_s, most_s=pause_s), chance=lambda: 1.0)
        self.slot = Slot(
            "a.1",
            self._spawn,
            lambda: rules,
            backoff=backoff,
            changed=self._changed,
            say=lambda _, text: self.journal.append(text),
        )

    async def spawned(self, count: int) -> StandIn:
        await until(lambda: len(self.children) >= count)
        return self.children[count - 1]

    async def started(self) -> StandIn:
        starting = asyncio.create_task(self.slot.start())
        child = await self.spawned(1)
        child.becomes_ready()
        await starting
        self.journal.clear()
        return child

    async def _spawn(self) -> StandIn:
        child = StandIn(len(self.children) + 1, self.journal)
        self.children.append(child)
        self.journal.append(f"{child.pid} spawned")
        return child

    async def _changed(self) -> None:
        self.journal.append("ready" if self.slot.ready else "not ready")


@pytest.fixture
async def bench():
    made: list[Bench] = []

    def make(*, overlapping: bool = True, held: bool = True, limit_s: float = 20, pause_s: float = 0) -> Bench:
        made.append(Bench(SlotRules(limit_s, overlapping=overlapping, address_outlives_child=held), pause_s))
        return made[-1]

    yield make
    for it in made:
        await it.slot.stop()


async def test_starts(bench: Callable[..., Bench]):
    it = bench()
    await it.started()
    assert it.slot.ready
    assert it.slot.pid == 1


async def test_a_child_that_fails_is_not_kept(bench):
    it = bench()
    starting = asyncio.create_task(it.slot.start())
    (await it.spawned(1)).fails()
    with pytest.raises(PluresError, match="broken"):
        await starting
    assert it.slot.pid is None
    assert it.journal == ["1 spawned", "1 ended"]


async def test_a_child_that_takes_too_long_is_killed(bench):
    it = bench(limit_s=0.01)
    with pytest.raises(StartTimeout, match=r"a\.1 did not become ready within 0\.01 s"):
        await it.slot.start()
    assert it.journal == ["1 spawned", "1 ended"]


async def test_a_dead_child_is_replaced_until_one_starts(bench):
    it = bench()
    (await it.started()).dies()
    (await it.spawned(2)).fails()
    (await it.spawned(3)).becomes_ready()
    await until(lambda: it.slot.ready)
    assert it.slot.pid == 3
    assert [line for line in it.journal if "starts again" not in line] == [
        "1 ended",
        "was killed by SIGKILL unexpectedly",
        "not ready",
        "2 spawned",
        "2 ended",
        "broken",
        "3 spawned",
        "ready, process 3",
        "ready",
    ]


async def test_restart_while_waiting_starts_one(bench):
    it = bench(pause_s=3600)
    (await it.started()).dies()
    await until(lambda: "starts again in 3600.0 s" in it.journal)
    restarting = asyncio.create_task(it.slot.restart())
    (await it.spawned(2)).becomes_ready()
    await restarting
    assert it.slot.pid == 2
    assert len(it.children) == 2


async def test_restart_while_another_start_is_under_way_starts_one(bench):
    it = bench()
    (await it.started()).dies()
    await it.spawned(2)
    restarting = asyncio.create_task(it.slot.restart())
    (await it.spawned(3)).becomes_ready()
    await restarting
    assert it.slot.pid == 3
    assert "2 ended" in it.journal
    assert len(it.children) == 3


async def test_overlapping_restart(bench):
    it = bench()
    await it.started()
    restarting = asyncio.create_task(it.slot.restart())
    (await it.spawned(2)).becomes_ready()
    await restarting
    assert it.journal == ["2 spawned", "ready, process 2", "ready", "1 stops", "1 ended"]


async def test_restart_in_turns_keeps_an_address_that_is_held(bench):
    it = bench(overlapping=False)
    await it.started()
    restarting = asyncio.create_task(it.slot.restart())
    (await it.spawned(2)).becomes_ready()
    await restarting
    assert it.journal == ["1 stops", "1 ended", "2 spawned", "ready, process 2", "ready"]


async def test_restart_in_turns_takes_out_an_address_that_goes_away(bench):
    it = bench(overlapping=False, held=False)
    await it.started()
    restarting = asyncio.create_task(it.slot.restart())
    (await it.spawned(2)).becomes_ready()
    await restarting
    assert it.journal == ["not ready", "1 stops", "1 ended", "2 spawned", "ready, process 2", "ready"]


async def test_a_failing_restart_in_turns_is_tried_again(bench):
    it = bench(overlapping=False)
    await it.started()
    restarting = asyncio.create_task(it.slot.restart())
    (await it.spawned(2)).fails()
    with pytest.raises(PluresError, match="broken"):
        await restarting
    assert not it.slot.ready
    (await it.spawned(3)).becomes_ready()
    await until(lambda: it.slot.ready)


async def test_given_up_children_are_not_replaced(bench):
    it = bench()
    child = await it.started()
    await it.slot.give_up()
    child.dies()
    await asyncio.sleep(0.01)
    assert len(it.children) == 1


async def test_all_children_hear_of_changes_also_one_that_starts(bench):
    it = bench()
    old = await it.started()
    restarting = asyncio.create_task(it.slot.restart())
    new = await it.spawned(2)
    await asyncio.sleep(0)
    await it.slot.update(7, {})
    new.becomes_ready()
    await restarting
    assert (old.told, new.told) == ([7], [7])


async def test_a_cancelled_start_leaves_no_child(bench):
    it = bench()
    starting = asyncio.create_task(it.slot.start())
    await it.spawned(1)
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert it.journal == ["1 spawned", "1 ended"]
