"""A process between its min and max: real replicas come with the load and go without it, and their callers know."""

import asyncio

from msgspec.structs import replace

from plures.topology import Replicas, ResolvedProcess
from tests.integration.deploy.support import alive, client_of, endpoints_seen_by, until

from .plans import process


def search(most: int) -> ResolvedProcess:
    return replace(process("search"), replicas=Replicas(1, most, cpu=1, in_flight=10, cool_down_s=1))


async def busy(url: str, calls: int) -> None:
    async with client_of(url) as http:
        await http.get(f"/busy?calls={calls}")


async def test_replicas_come_with_the_load_and_go_without_it(run, journal):
    running = await run(search(3), process("caller"))
    [home] = running.homes["search"]
    [caller] = running.endpoints["caller"]
    await busy(home, 25)
    await until(lambda: len(running.endpoints["search"]) == 3)
    assert sorted(running.pids) == ["caller.1", "search.1", "search.2", "search.3"]
    assert running.homes["search"] == (home,)
    told = (await endpoints_seen_by(caller))["search"]
    assert len(set(told)) == 3
    pids = dict(running.pids)

    # What was asked of those that are about to go is answered.
    async with client_of(told[2]) as last:
        asking = asyncio.create_task(last.get("/slow?s=1"))
        await busy(home, 0)
        await until(lambda: len(running.pids) == 2)
        assert (await asking).status_code == 200
    assert (await endpoints_seen_by(caller))["search"] == told[:1]
    assert running.pids["search.1"] == pids["search.1"]
    await until(lambda: not alive(pids["search.2"]) and not alive(pids["search.3"]))
    said = journal.of("search")
    assert any(line.startswith("starts ") and "calls in flight" in line for line in said)
    assert any(line.startswith("stops ") and line.endswith("for 1 s no more") for line in said)


async def test_a_replica_that_cannot_start_is_told_of_and_the_others_go_on(run, journal, tmp_path):
    broken = tmp_path / "broken"
    running = await run(search(2), script={"search": {"fail_if": str(broken)}})
    broken.touch()
    [home] = running.endpoints["search"]
    await busy(home, 25)
    await until(lambda: any("search.2 could not start, so 1 go on" in line for line in journal.of("search")))
    await until(lambda: [*running.pids] == ["search.1"])
    assert running.endpoints["search"] == (home,)


async def test_what_stops_while_replicas_start_leaves_nothing(supervisor, journal, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    it = supervisor(search(3), script={"wait_for": str(gate)})
    await it.start()
    gate.unlink()
    await busy(it.endpoints["search"][0], 25)
    await until(lambda: [event for event, _ in journal.events].count("starting") > 1)
    await it.stop()
    assert not it.pids
