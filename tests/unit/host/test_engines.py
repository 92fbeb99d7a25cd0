"""A service whose code blocks gets SQLAlchemy's engine, or what makes sessions, on its own database."""

import asyncio
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from plures import Application, Capability, Database, Migration, command, contract, query
from plures.application import assemble
from plures.data import Folder, HandoverRefused
from plures.errors import InvalidInput
from plures.host.moves import Moves, Ticket, issued
from plures.http import Request

from .parts import host_of

TABLE = (Migration(1, "names", ("CREATE TABLE names (name TEXT PRIMARY KEY)",)),)


@contract("parts.names.v1", owner="tests")
class Names(Protocol):
    @command(deadline_s=30)
    async def add(self, name: str) -> None: ...
    @query(deadline_s=30)
    async def count(self) -> int: ...


class NamesService:
    def __init__(self, sessions: sessionmaker[Session], engine: Engine) -> None:
        self.sessions, self.engine = sessions, engine

    async def add(self, name: str) -> None:
        def insert() -> None:
            with self.sessions.begin() as session:
                session.execute(text("INSERT INTO names VALUES (:name)"), {"name": name})

        await asyncio.to_thread(insert)

    async def count(self) -> int:
        def select() -> int:
            with self.engine.connect() as connection:
                return int(connection.execute(text("SELECT count(*) FROM names")).scalar_one())

        return await asyncio.to_thread(select)


async def test_its_database_is_migrated_and_kept(tmp_path: Path) -> None:
    for expected in (1, 2):
        host = host_of(tmp_path, Capability(Names, NamesService, migrations=TABLE))
        await host.start()
        try:
            names = host.client(Names)
            await names.add(f"name {expected}")
            assert await names.count() == expected
        finally:
            await host.stop()
    assert (tmp_path / "names.sqlite3").is_file()
    assert not (tmp_path / "names.sqlite3-wal").exists()


async def test_no_move_takes_it_while_it_runs(tmp_path: Path) -> None:
    moves = Moves(lambda _: None, lambda _: None, tmp_path, lambda name: name == "names")
    assert moves.is_blocking("names")
    with issued(tmp_path, Ticket.to("names", Folder(tmp_path / "new"), "")) as ticket:
        answer = await moves.pages["/moves/track"](_post("/moves/track", ticket))
    assert answer.status == 409
    assert HandoverRefused.code.encode() in answer.body


def _post(path: str, body: str) -> Request:
    return Request("POST", path, b"", {}, body.encode())


@contract("parts.keyed.v1", owner="tests")
class Keyed(Protocol):
    @command(idempotent=True, key="key")
    async def put(self, key: str) -> None: ...


def test_what_needs_a_database_of_plures_is_told() -> None:
    class Service:
        def __init__(self, engine: Engine, database: Database) -> None: ...
        async def put(self, key: str) -> None: ...

    def edge(engine: Engine) -> Any:
        return engine

    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", [Capability(Keyed, Service)], edge=edge))
    assert [violation.what for violation in caught.value.violations] == [
        "asks for a Database and for an engine of SQLAlchemy: two that write would stand in each other's way",
        "has commands with a key (put), whose answers are kept in the transaction of a Database, and asks for an engine of SQLAlchemy",
        "asks for a database, but data belongs to capabilities",
    ]
    assert all(violation.fix for violation in caught.value.violations)
