"""The steps of a move as the control listener answers them: only for those who can write a ticket into the data folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import Capability, Database, Event, Events, Migration, command, contract
from plures.data import DatabaseMoved, Folder, open_database
from plures.events import prepare
from plures.host import MOVES, Host, Ticket, issued
from plures.http import Request

from .parts import A, host_of

Make = Callable[..., Host]
TABLE = Migration(1, "a table", ("CREATE TABLE said (text TEXT PRIMARY KEY)",))


class Saying(A):
    """Keeps what it was asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, depth: int = 0) -> str:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO said VALUES (:text)", {"text": str(depth)})
        async with self._database.read() as connection:
            return ",".join((await connection.execute("SELECT text FROM said ORDER BY text")).scalars())


async def step(host: Host, name: str, ticket: str, method: str = "POST") -> tuple[int, Any]:
    response = await host.control(Request(method, f"{MOVES}{name}", body=ticket.encode()))
    return response.status, json.loads(response.body)


def ticket(target: Path) -> Ticket:
    return Ticket.to("a", Folder(target), "moved to another folder")


async def started(host: Make) -> Host:
    made = host(Capability(A, Saying, migrations=[TABLE]))
    await made.start()
    return made


async def test_a_held_and_sealed_database_goes_on_elsewhere(host: Make, tmp_path: Path) -> None:
    copy = await open_database(Folder(tmp_path / "there"), "a", (TABLE,))
    await copy.close()
    made = await started(host)
    (tmp_path / "run").mkdir()
    with issued(tmp_path, ticket(tmp_path / "there")) as name:
        for each in ("track", "prepare", "hold", "seal"):
            assert (await step(made, each, name))[0] == 200
        status, answer = await step(made, "switch", name)
        assert status == 200
        assert answer["held_s"] > 0
        # A repeated request changes nothing.
        assert await step(made, "switch", name) == (200, {"held_s": 0.0})
    await made.stop()
    again = host_of(tmp_path, Capability(A, Saying, migrations=[TABLE]))
    with pytest.raises(DatabaseMoved):
        await again.start()


async def test_without_a_ticket_nothing_happens(host: Make, tmp_path: Path) -> None:
    made = await started(host)
    (tmp_path / "run").mkdir()
    (tmp_path / "stolen.move").write_text("{}")
    for name in ("", "0" * 32, "../stolen", "g" * 32):
        status, answer = await step(made, "hold", name)
        assert status == 409
        assert answer["code"] == "data.handover_refused"
    assert await made.client(A).ask(1) == "1"


async def test_a_ticket_of_another_user_or_behind_a_link_does_not_count(host: Make, tmp_path: Path) -> None:
    made = await started(host)
    (tmp_path / "run").mkdir()
    with issued(tmp_path, ticket(tmp_path / "there")) as name:
        link = tmp_path / "run" / f"{'a' * 32}.move"
        link.symlink_to(tmp_path / "run" / f"{name}.move")
        assert (await step(made, "hold", "a" * 32))[0] == 409
    assert await made.client(A).ask(1) == "1"


async def test_a_released_database_stays_where_it_is(host: Make, tmp_path: Path) -> None:
    made = await started(host)
    (tmp_path / "run").mkdir()
    with issued(tmp_path, ticket(tmp_path / "there")) as name:
        assert (await step(made, "track", name))[0] == 200
        assert (await step(made, "hold", name))[0] == 200
        assert (await step(made, "give_up", name))[0] == 200
        status, answer = await step(made, "seal", name)
        assert (status, answer["code"]) == (409, "data.handover_refused")
    assert await made.client(A).ask(1) == "1"


async def test_a_step_is_posted(host: Make, tmp_path: Path) -> None:
    made = await started(host)
    assert (await step(made, "hold", "0" * 32, method="GET"))[0] == 405


async def test_a_ticket_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with issued(tmp_path, ticket(tmp_path / "there")) as name:
        assert (tmp_path / "run" / f"{name}.move").stat().st_mode & 0o777 == 0o600
    assert list((tmp_path / "run").iterdir()) == []


class Said(Event):
    text: str


@contract("tests.talk.v1", owner="tests", events=[Said])
class Talk(Protocol):
    @command()
    async def say(self, text: str) -> None: ...


class Talking(Talk):
    def __init__(self, database: Database, events: Events) -> None: ...

    async def say(self, text: str) -> None: ...


async def test_only_the_events_of_a_capability_that_publishes_get_their_places_before_it_goes_on(host: Make) -> None:
    made = host(Capability(A, Saying, migrations=[TABLE]), Capability(Talk, Talking))
    await made.start()
    assert made._moves.settles("talk") is prepare
    assert made._moves.settles("a") is None
