"""The life of a replica: what happens in which order, and that nothing stays open when it goes wrong."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plures import Capability, Database, Lifecycle, Migration
from plures.data import DatabaseUnusable, MigrationFailed
from plures.host import Host

from .parts import A, B, C, Notes, request, taking

TABLE = (Migration(1, "table", ("CREATE TABLE t (x INTEGER)",)),)
Make = Callable[..., Host]


@pytest.fixture
def notes() -> Notes:
    return Notes()


def edge_of(notes: Notes) -> Any:
    async def asgi(scope: Any, receive: Any, send: Any) -> None: ...

    def edge(a: A, lifecycle: Lifecycle) -> Any:
        notes.takes_note(lifecycle, "edge")
        return asgi

    return edge


async def test_everything_in_order_and_back(host: Make, notes: Notes) -> None:
    running = host(
        Capability(A, notes.service("a", B)), Capability(B, notes.service("b", C)), Capability(C, notes.service("c")),
        edge=edge_of(notes),
    )  # fmt: skip
    await running.start()
    assert notes == [
        "c built", "b built", "a built",
        "c start 1", "c start 2", "b start 1", "b start 2", "a start 1", "a start 2", "edge start 1", "edge start 2",
        "c ready 1", "c ready 2", "b ready 1", "b ready 2", "a ready 1", "a ready 2", "edge ready 1", "edge ready 2",
    ]  # fmt: skip
    notes.clear()
    await running.drain()
    assert notes == [f"{owner} drain {n}" for owner in ("edge", "a", "b", "c") for n in (2, 1)]
    notes.clear()
    await running.stop()
    assert notes == [f"{owner} stop {n}" for owner in ("edge", "a", "b", "c") for n in (2, 1)]
    await running.stop()
    assert len(notes) == 8


async def test_in_a_circle_the_order_is_that_of_the_application(host: Make, notes: Notes) -> None:
    running = host(Capability(A, notes.service("a", B)), Capability(B, notes.service("b", A)))
    await running.start()
    assert [note for note in notes if "start 1" in note] == ["b start 1", "a start 1"]


async def test_only_what_is_hosted_here_is_built(host: Make, notes: Notes) -> None:
    running = host(Capability(A, notes.service("a", B)), Capability(B, notes.service("b")), Capability(C), hosts="a c")
    await running.start()
    assert [note for note in notes if "built" in note] == ["a built"]


async def test_a_capability_called_edge_is_not_the_edge(host: Make, notes: Notes) -> None:
    from typing import Protocol

    from plures import contract, query

    @contract("parts.edge.v1", owner="tests")
    class Edge(Protocol):
        @query()
        async def ask(self, depth: int = 0) -> str: ...

    running = host(
        Capability(Edge, notes.service("capability")), Capability(A, notes.service("a")), edge=edge_of(notes)
    )
    await running.start()
    starts = [note for note in notes if note.endswith("start 1")]
    assert starts == ["capability start 1", "a start 1", "edge start 1"]


class Failing:
    """Fails in one of its hooks; keeps a database and works in the background."""

    def __init__(self, database: Database, lifecycle: Lifecycle, notes: Notes, where: str) -> None:
        notes.append("failing built")
        self.database = database
        self._notes = notes
        for register in (lifecycle.on_start, lifecycle.on_ready, lifecycle.on_drain, lifecycle.on_stop):
            register(notes.noting(f"failing {register.__name__[3:]}"))
            if register.__name__ == where:
                register(self.fail)
        lifecycle.background(self.work)

    async def fail(self) -> None:
        message = "on purpose"
        raise OSError(message)

    async def work(self) -> None:
        self._notes.append("work begins")
        try:
            await asyncio.Event().wait()
        finally:
            self._notes.append("work ends")

    async def ask(self, depth: int = 0) -> str:
        return "fine"


def failing(notes: Notes, where: str) -> Capability:
    def compose(database: Database, lifecycle: Lifecycle) -> Failing:
        return Failing(database, lifecycle, notes, where)

    return Capability(A, compose, migrations=TABLE)


@pytest.mark.parametrize("where", ["on_start", "on_ready"])
async def test_a_replica_that_does_not_start_leaves_nothing_open(host: Make, notes: Notes, where: str) -> None:
    tasks = asyncio.all_tasks()
    broken = host(Capability(B, notes.service("b")), failing(notes, where), Capability(C, notes.service("c", A)))
    with pytest.raises(OSError, match="on purpose"):
        await broken.start()
    assert asyncio.all_tasks() == tasks
    assert notes[-1] == "b stop 1"
    assert "failing stop" in notes
    assert ("c stop 1" in notes) is (where == "on_ready")  # on_start: c has not begun to start
    assert (await request(broken.control, "/health/ready"))[0] == 503
    fixed = host(failing(notes, "never"), Capability(B, notes.service("b")))
    await fixed.start()  # The database is free again.
    assert await fixed.client(A).ask() == "fine"


async def test_a_constructor_that_raises_leaves_nothing_open(host: Make, notes: Notes) -> None:
    def compose(database: Database) -> Any:
        raise KeyError("on purpose")

    broken = host(failing(notes, "never"), Capability(B, compose, migrations=TABLE))
    with pytest.raises(KeyError):
        await broken.start()
    fixed = host(failing(notes, "never"))
    await fixed.start()


async def test_one_database_that_cannot_be_opened_closes_the_others(host: Make, notes: Notes) -> None:
    def compose(database: Database) -> Any:
        return Failing(database, Lifecycle(), notes, "never")

    wrong = Migration(1, "wrong", ("CREATE NONSENSE",))
    broken = host(failing(notes, "never"), Capability(B, compose, migrations=[wrong]))
    with pytest.raises(MigrationFailed):
        await broken.start()
    assert notes == []
    fixed = host(failing(notes, "never"))
    await fixed.start()


async def test_a_data_folder_that_is_a_file(host: Make, notes: Notes, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    from .parts import host_of

    broken = host_of(tmp_path / "data", failing(notes, "never"))
    with pytest.raises(DatabaseUnusable) as caught:
        await broken.start()
    assert "another one" in caught.value.fix


@pytest.mark.parametrize("where", ["on_drain", "on_stop"])
async def test_a_hook_that_fails_at_the_end_keeps_nothing_else_from_ending(
    host: Make, notes: Notes, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    running = host(Capability(B, notes.service("b")), failing(notes, where), Capability(C, notes.service("c", A)))
    await running.start()
    with caplog.at_level(logging.ERROR, "plures.host"):
        await running.drain()
        await running.stop()
    assert f"a {where[3:]} hook of a failed" in caplog.text
    assert "on purpose" in caplog.text
    assert [note for note in notes if "stop" in note] == [
        "c stop 2",
        "c stop 1",
        "failing stop",
        "b stop 2",
        "b stop 1",
    ]
    again = host(failing(notes, "never"))
    await again.start()


async def test_background_work_runs_from_ready_to_stop(host: Make, notes: Notes) -> None:
    running = host(failing(notes, "never"))
    await running.start()
    await asyncio.sleep(0)
    assert notes[-2:] == ["failing ready", "work begins"]
    await running.drain()
    assert notes[-1] == "failing drain"
    await running.stop()
    assert notes[-2:] == ["work ends", "failing stop"]


async def test_being_cancelled_while_starting_leaves_nothing_open(host: Make, notes: Notes) -> None:
    begun = asyncio.Event()

    def build(lifecycle: Lifecycle, **_: Any) -> Any:
        async def never() -> None:
            begun.set()
            await asyncio.Event().wait()

        lifecycle.on_start(never)
        return object.__new__(type("Service", (), {"ask": None}))

    broken = host(failing(notes, "never"), Capability(B, taking(build, (A,))))
    starting = asyncio.create_task(broken.start())
    await begun.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    fixed = host(failing(notes, "never"))
    await fixed.start()


async def test_databases_are_migrated_and_each_ones_own(host: Make, notes: Notes, tmp_path: Path) -> None:
    kept: list[Database] = []

    def compose(database: Database) -> Any:
        kept.append(database)
        return Failing(database, Lifecycle(), notes, "never")

    running = host(Capability(A, compose, migrations=TABLE), Capability(B, compose, migrations=TABLE))
    await running.start()
    async with kept[0].write() as connection:
        await connection.execute("INSERT INTO t VALUES (1)")
    async with kept[1].read() as connection:
        assert await connection.scalar("SELECT count(*) FROM t") == 0
    files = await asyncio.to_thread(lambda: sorted(path.name for path in tmp_path.glob("*.sqlite3")))
    assert files == ["a.sqlite3", "b.sqlite3"]
