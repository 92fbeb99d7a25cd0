"""Commands with a key on a real server: replicas that get the same one at once, and connections that are lost at the commit."""

import asyncio
import logging
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures import Database, KeyReused, Unavailable
from plures.data import CommitUnknown, Server, WriteConflict, open_database
from tests.postgres import Postgres, running

from .lossy import Lossy, lossy
from .shelf import TABLE, Full, Service, client, rows

PATIENCE_S = 60


@pytest.fixture
async def server(postgres: Postgres) -> Server:
    return await postgres.schema()


@pytest.fixture
async def two(server: Server) -> AsyncIterator[tuple[Database, Database]]:
    """What two replicas have open."""
    opened = [await open_database(server, "shelf", (TABLE,)) for _ in range(2)]
    yield opened[0], opened[1]
    for database in opened:
        await database.close()


class Together(Service):
    """Waits before and within its write until the other replica is as far."""

    def __init__(self, database: Database, before: asyncio.Barrier, way: str) -> None:
        super().__init__(database)
        self._before = before
        self._way = way
        self.runs = 0

    async def put(self, key: str, pieces: int = 1) -> int:
        self.runs += 1
        if self.runs == 1:
            await self._before.wait()
        try:
            async with self._database.write() as connection:
                table = "once" if self._way == "constraint" else "runs"
                await connection.execute(f"INSERT INTO {table} VALUES (:key)", {"key": key})
        except WriteConflict as error:
            if self._way == "declared":
                raise Full from error
            raise
        return 1


@pytest.mark.parametrize("way", ["nothing in common", "constraint", "declared"])
@pytest.mark.parametrize("times", range(5))
async def test_the_same_command_at_once_has_one_effect_and_one_answer(
    two: tuple[Database, Database], way: str, times: int
) -> None:
    before = asyncio.Barrier(2)
    replicas = [client(database, Together(database, before, way)) for database in two]
    assert await asyncio.gather(*(replica.put("k") for replica in replicas)) == [1, 1]
    async with two[0].read() as connection:
        assert (
            await connection.scalar("SELECT count(*) FROM runs") + await connection.scalar("SELECT count(*) FROM once")
            == 1
        )


async def test_another_request_with_the_key_at_once_is_refused(two: tuple[Database, Database]) -> None:
    before = asyncio.Barrier(2)
    replicas = [client(database, Together(database, before, "")) for database in two]
    answers = await asyncio.gather(replicas[0].put("k", 1), replicas[1].put("k", 2), return_exceptions=True)
    assert {type(answer) for answer in answers} == {KeyReused, int}
    assert await rows(two[0]) == 1


class Counter(Service):
    """All its commands change one row."""

    async def put(self, key: str, pieces: int = 1) -> int:
        async with self._database.write() as connection:
            count: int = await connection.scalar("SELECT pieces FROM counter")
            await connection.execute("UPDATE counter SET pieces = :next", {"next": count + pieces})
        return count + pieces


async def test_fifty_commands_on_one_row(two: tuple[Database, Database], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    replicas = [client(database, Counter(database)) for database in two]
    given_up = 0

    async def put(number: int) -> int:
        nonlocal given_up
        while True:
            try:
                answer: int = await replicas[number % 2].put(str(number))
            except Unavailable:
                given_up += 1
            else:
                return answer

    answers = await asyncio.gather(*map(put, range(50)))
    assert sorted(answers) == list(range(1, 51))
    # Without turns for those that met others, it would be about seven.
    assert given_up <= 2
    # Both replicas know all answers.
    assert await asyncio.gather(*(replicas[(n + 1) % 2].put(str(n)) for n in range(50))) == answers


@pytest.fixture
async def between(postgres: Postgres) -> AsyncIterator[Lossy]:
    # The path of a socket may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="lossy-") as folder:
        async with lossy(postgres, Path(folder)) as proxy:
            yield proxy


@pytest.mark.parametrize("at", ["before", "after"])
async def test_a_connection_that_is_lost_at_the_commit(between: Lossy, at: str) -> None:
    database = await open_database(between.server, "shelf", (TABLE,))
    shelf = client(database)
    between.at = at
    assert [await shelf.put("k"), await shelf.put("k")] == [1, 1]
    assert (between.at, await rows(database)) == ("", 1)
    # Without a key, the caller has to find out.
    between.at = at
    with pytest.raises(Unavailable, match="its last commit may have happened"):
        await shelf.add("without")
    assert await rows(database, "without") == (0 if at == "before" else 1)
    await database.close()


class Twice(Service):
    """Its first write cannot be remembered with its answer."""

    async def put(self, key: str, pieces: int = 1) -> int:
        await self.add(key)
        return await self.add(key)


async def test_a_commit_before_the_last_one_is_not_repeated(between: Lossy) -> None:
    database = await open_database(between.server, "shelf", (TABLE,))
    between.at = "after"
    with pytest.raises(Unavailable, match="its last commit may have happened"):
        await client(database, Twice(database)).put("k")
    assert await rows(database) == 1
    await database.close()


class Catching(Service):
    """Goes on after a commit that may have happened."""

    async def put(self, key: str, pieces: int = 1) -> int:
        try:
            await self.add(key)
            return await self.add(key)
        except CommitUnknown:
            raise WriteConflict("shelf", "COMMIT", "another was first") from None


async def test_after_a_commit_that_may_have_happened_nothing_is_repeated(between: Lossy) -> None:
    database = await open_database(between.server, "shelf", (TABLE,))
    between.at = "after"
    with pytest.raises(Unavailable, match="a part of what it did remains"):
        await client(database, Catching(database)).put("k")
    assert await rows(database) == 1
    await database.close()


NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"""
FULL_DISK = """
CREATE CONSTRAINT TRIGGER no_room AFTER INSERT ON runs DEFERRABLE INITIALLY {} FOR EACH ROW EXECUTE FUNCTION no_room()"""


@pytest.mark.parametrize("found", ["IMMEDIATE", "DEFERRED"])
async def test_a_full_disk_is_told_at_once(server: Server, caplog: pytest.LogCaptureFixture, found: str) -> None:
    """It is found by the statement, or by the commit."""
    database = await open_database(server, "shelf", (TABLE,))
    async with database.write() as connection:
        await connection.execute(NO_ROOM)
        await connection.execute(FULL_DISK.format(found))
    for operation in (client(database).put, client(database).add):
        caplog.clear()
        with pytest.raises(Unavailable, match="nothing of it remains"):
            await operation("k")
        assert caplog.text.count("No space left on device") == 1
    async with database.write() as connection:
        await connection.execute("DROP TRIGGER no_room ON runs")
    assert await client(database).put("k") == 1
    await database.close()


async def test_a_server_that_is_gone_is_unavailable_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    own_server = running()
    server = next(own_server)
    database = await open_database(await server.schema(), "shelf", (TABLE,))
    shelf = client(database)
    assert await shelf.put("k") == 1
    server.kill()
    for operation in (shelf.put, shelf.add):
        with pytest.raises(Unavailable, match="nothing of it remains"):
            await operation("k")
    assert "the server cannot be reached" in caplog.text
    server.start()
    assert [await shelf.put("k"), await shelf.add("k")] == [1, 2]
    await database.close()
    next(own_server, None)


async def replica(server: Server, when: str) -> asyncio.subprocess.Process:
    """A process that puts `k` once a line comes, and is killed at that moment."""
    program = (sys.executable, "-W", "error", "-m", "guard.putting", server.url, server.schema, when)
    process = await asyncio.create_subprocess_exec(*program, cwd=Path(__file__).parents[1], stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def said(process: asyncio.subprocess.Process) -> tuple[int | None, bytes]:
    async with asyncio.timeout(PATIENCE_S):
        output, _ = await process.communicate(b"go\n")
    return process.returncode, output


async def test_two_processes_at_once(server: Server) -> None:
    for _ in range(2):
        processes = [await replica(server, "never") for _ in range(2)]
        assert await asyncio.gather(*map(said, processes)) == [(0, b"1 1\n")] * 2


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_process_that_is_killed_around_the_commit(server: Server, when: str) -> None:
    assert await said(await replica(server, when)) == (-signal.SIGKILL, b"")
    for _ in range(2):
        assert await said(await replica(server, "never")) == (0, b"1 1\n")
