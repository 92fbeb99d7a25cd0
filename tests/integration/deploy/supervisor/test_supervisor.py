"""Processes start in order, know of each other, come back when they die, and stop."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from plures.deploy.errors import NoSuchReplica, ReplicaDied, ReplicaFailed, StartTimeout
from plures.deploy.supervisor.addresses import ReplicaName
from plures.deploy.supervisor.backoff import BackoffPolicy
from tests.integration.deploy.support import Journal, alive, endpoints_seen_by, open_descriptors, pid_at, until

from .plans import process


async def test_answers_when_started(run, http, journal):
    running = await run(process("search", replicas=2), process("shop", edge=True))
    urls = running.endpoints["search"]
    answers = [(await http.get(f"{url}/who")).json()["pid"] for url in urls]
    assert sorted(answers) == sorted([running.pids["search.1"], running.pids["search.2"]])
    assert (await http.get(f"{running.public_url}/who")).json()["pid"] == running.pids["shop.1"]
    assert any(line.startswith("hello from") for line in journal.of("search.2"))


async def test_the_edge_waits_for_a_process_in_a_circle_with_its_own(supervisor, http, journal, tmp_path):
    script = {"search": {"wait_for": str(tmp_path / "go")}, "shop": {}}
    it = supervisor(process("search"), process("shop", edge=True), layers=["search shop"], script=script)
    starting = asyncio.create_task(it.start())
    await until(lambda: ("started", "shop") in journal.events)
    asking = asyncio.create_task(http.get(f"{it.addresses.public.url}/endpoints"))
    answered, _ = await asyncio.wait([asking], timeout=1)
    (tmp_path / "go").touch()
    await starting
    assert not answered
    assert list((await asking).json()["search"]) != []
    await it.stop()


async def test_a_start_that_is_stopped_half_way_opens_no_edge(supervisor, journal):
    script = {"search": {"hang": True}, "shop": {}}
    it = supervisor(process("search"), process("shop", edge=True), layers=["search shop"], script=script)
    starting = asyncio.create_task(it.start())
    await until(lambda: any("ready" in line for line in journal.of("shop.1")))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert ("stopped", "shop") in journal.events


async def test_replicas_call_each_other_by_port_once_their_sockets_are_swept_away(run, journal):
    running = await run(process("search", replicas=2), process("shop"))
    shop, search = running.endpoints["shop"][0], running.endpoints["search"]
    folder = Path((await endpoints_seen_by(shop))["search"][0].removeprefix("unix:")).parent
    (folder / "0").unlink()
    await until(lambda: any("search.1" in line and "ports" in line for line in journal.of("plures")))
    assert (await endpoints_seen_by(shop))["search"] == [search[0], f"unix:{folder / '1'}"]
    shutil.rmtree(folder)
    await until(lambda: any("search.2" in line and "ports" in line for line in journal.of("plures")))
    assert (await endpoints_seen_by(shop))["search"] == list(search)
    await running.restart("search")
    assert (await endpoints_seen_by(shop))["search"] == list(search)


async def test_starts_after_what_it_needs_and_stops_before(supervisor, journal: Journal):
    needs, layers = {"shop": "search catalog", "search": "catalog"}, ["catalog", "search", "shop"]
    it = supervisor(process("shop"), process("search"), process("catalog"), needs=needs, layers=layers)
    await it.start()
    await it.stop()
    started = [name for event, name in journal.events if event in ("starting", "started")]
    assert started == ["catalog", "catalog", "search", "search", "shop", "shop"]
    assert [name for event, name in journal.events if event == "stopped"] == ["shop", "search", "catalog"]


async def test_a_circle_starts_together(run):
    running = await run(process("a"), process("b"), layers=["a b"])
    assert set(running.pids) == {"a.1", "b.1"}


async def test_every_replica_knows_the_ready_ones(run):
    running = await run(process("search", replicas=2), process("shop"), process("tax", external="http://127.0.0.1:9"))
    seen = await endpoints_seen_by(running.endpoints["shop"][0])
    assert seen.keys() == {"search", "tax"}
    assert seen["tax"] == ["http://127.0.0.1:9"]
    searches = [running.pids["search.1"], running.pids["search.2"]]
    assert [await pid_at(url) for url in seen["search"]] == searches
    assert [await pid_at(url) for url in running.endpoints["search"]] == searches


async def test_replicas_call_each_other_without_the_network(run):
    running = await run(process("search", replicas=2), process("shop"))
    paths = [
        Path(url.removeprefix("unix:")) for url in (await endpoints_seen_by(running.endpoints["shop"][0]))["search"]
    ]
    assert all(path.is_socket() for path in paths)
    assert {path.parent.stat().st_mode & 0o777 for path in paths} == {0o700}
    await running.restart("search")
    assert all(path.is_socket() for path in paths)


async def test_nothing_of_the_sockets_is_left_behind(supervisor):
    it = supervisor(process("search"), layers=["search"])
    await it.start()
    folder = Path(it.addresses.peers[ReplicaName("search", 1)].url.removeprefix("unix:")).parent
    assert folder.is_dir()
    await it.stop()
    assert not folder.exists()


async def test_a_dead_replica_is_taken_out_and_comes_back(run, journal):
    running = await run(process("search", replicas=2), process("shop"))
    shop = running.endpoints["shop"][0]
    both, pid = running.endpoints["search"], running.pids["search.1"]
    both_seen = (await endpoints_seen_by(shop))["search"]
    running.kill("search")
    await until(lambda: running.endpoints["search"] == both[1:])
    await until(lambda: running.endpoints["search"] == both)
    assert running.pids["search.1"] != pid
    assert (await endpoints_seen_by(shop))["search"] == both_seen
    said = journal.of("search.1")
    assert "was killed by SIGKILL unexpectedly" in said
    assert any(line.startswith("starts again in") for line in said)


async def test_callers_hear_of_a_death_while_the_replica_waits_for_its_restart(supervisor, run):
    running = await run(process("search"), process("shop"), backoff=BackoffPolicy(first_s=3600, most_s=3600))
    shop = running.endpoints["shop"][0]
    running.kill("search")
    async with asyncio.timeout(20):
        while (await endpoints_seen_by(shop))["search"]:  # noqa: ASYNC110  # it is asked over HTTP
            await asyncio.sleep(0.01)
    assert "search.1" not in running.pids


async def test_a_restart_of_a_waiting_replica_starts_one(run, journal: Journal):
    running = await run(process("search"), backoff=BackoffPolicy(first_s=3600, most_s=3600))
    running.kill("search")
    await until(lambda: not running.pids)
    await asyncio.gather(running.restart("search"), running.restart("search"))
    started = [event for event, _ in journal.events].count("started")
    stopped = [event for event, _ in journal.events].count("stopped")
    assert (started, stopped) == (3, 1)  # the first was killed, the second replaced by the third
    assert len(running.pids) == 1


async def test_a_replica_that_keeps_dying_waits_longer_each_time(run, http, journal: Journal):
    running = await run(process("search"))
    for restarts in range(3):
        await until(lambda: bool(running.endpoints["search"]))
        running.kill("search")
        await until(
            lambda n=restarts: len([1 for line in journal.of("search.1") if line.startswith("starts again")]) == n + 1
        )
    await until(lambda: bool(running.endpoints["search"]))


async def test_stopped_process_stays_away_until_restarted(run):
    running = await run(process("search"), process("shop"))
    await running.stop("search")
    assert running.endpoints["search"] == ()
    await running.restart("search")
    assert len(running.endpoints["search"]) == 1


async def test_leaves_nothing_behind(supervisor):
    before = open_descriptors()
    it = supervisor(process("search", replicas=2), process("shop", edge=True))
    await it.start()
    pids = list(it.pids.values())
    await it.stop()
    assert len(pids) == 3
    assert not any(alive(pid) for pid in pids)
    assert open_descriptors() == before


async def test_a_failing_start_is_a_sentence_and_stops_the_others(supervisor, journal: Journal):
    before = open_descriptors()
    script = {"search": {"fail": ["the index is missing", "the disk was replaced", "Build it."]}, "shop": {}}
    it = supervisor(process("shop"), process("search"), script=script, needs={"search": "shop"})
    with pytest.raises(ReplicaFailed) as caught:
        await it.start()
    assert str(caught.value) == "search.1 cannot start: the index is missing: the disk was replaced\n  fix: Build it."
    assert caught.value.reason == "test.stated"
    assert it.pids == {}
    assert not any("Traceback" in line for _, line in journal.lines)
    assert open_descriptors() == before


async def test_a_mistake_in_the_application_shows_its_traceback(supervisor, journal: Journal):
    with pytest.raises(ReplicaFailed, match=r"the application raised RuntimeError while it started: oh no"):
        await supervisor(process("search"), script={"raise": "oh no"}).start()
    assert "RuntimeError: oh no" in journal.of("search.1")


async def test_a_replica_that_never_becomes_ready(supervisor):
    it = supervisor(
        process("search"), process("shop"), needs={"shop": "search"}, script={"hang": True}, start_limit_s=1.5
    )
    with pytest.raises(StartTimeout, match=r"search.1 did not become ready within 1.5 s"):
        await it.start()


async def test_a_replica_that_dies_while_starting(supervisor):
    it = supervisor(process("search"), replica=(sys.executable, "-c", "raise SystemExit(7)"))
    with pytest.raises(ReplicaDied, match=r"it exited with status 7 before it was ready"):
        await it.start()


async def test_unknown_names(run):
    running = await run(process("search"))
    with pytest.raises(NoSuchReplica, match=r"replica search\.2"):
        running.kill("search", 2)
    with pytest.raises(NoSuchReplica, match="process 'shop'"):
        await running.restart("shop")
