"""An application's own database, with its own tools, and the two ways of its tables."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from plures.data import Migration, Place, Server, Statement, copies, open_database

asyncpg: Final[Any] = import_module("asyncpg")

MIGRATIONS: Final = (
    Migration(
        1,
        "as it is in the application",
        (
            Statement(
                sqlite="CREATE TABLE invites (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, member_id INTEGER)",
                postgresql="CREATE TABLE invites (id SERIAL PRIMARY KEY, email TEXT NOT NULL UNIQUE, member_id INTEGER)",
            ),
            "CREATE TABLE mails (id INTEGER PRIMARY KEY, invite_id INTEGER NOT NULL REFERENCES invites (id))",
            "CREATE TABLE later (id INTEGER PRIMARY KEY)",
        ),
    ),
)
APPLICATION: Final = """
CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE invites (id {number}, email TEXT NOT NULL UNIQUE, member_id INTEGER{reference});
CREATE TABLE mails (id INTEGER PRIMARY KEY, invite_id INTEGER NOT NULL REFERENCES invites (id));
INSERT INTO members VALUES (1, 'anna');
INSERT INTO invites (email, member_id) VALUES ('a@example', 1), ('b@example', NULL), ('gone@example', NULL);
DELETE FROM invites WHERE email = 'gone@example';
INSERT INTO mails VALUES (7, 2);
"""
REFERENCE: Final = " REFERENCES members (id) ON DELETE CASCADE"


class Home:
    """The application's own database, with its own tools."""

    def __init__(self, place: Path | Server) -> None:
        self.place = place

    @property
    def outside(self) -> copies.Outside:
        return copies.Outside(self.place)

    async def run(self, *statements: str) -> None:
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(self.place)) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                for statement in statements:
                    connection.executescript(statement)
            return
        async with self._connected() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(self.place)) as connection:
                return connection.execute(sql).fetchall()
        async with self._connected() as connection:
            return [tuple(row) for row in await connection.fetch(sql)]

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[Any]:
        assert isinstance(self.place, Server)
        connection = await asyncpg.connect(self.place.url, server_settings={"search_path": f'"{self.place.schema}"'})
        try:
            yield connection
        finally:
            await connection.close()


def owners(folder: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> copies.Owners:
    return copies.Owners("shop", folder, {"invites": migrations})


async def adopt(home: Home, own: Place, folder: Path, **options: bool) -> copies.Adopted:
    chosen = {"without_references": True, **options}
    return await copies.adopt(owners(folder), "invites", home.outside, copies.End(own), quiet, **chosen)


async def take_back(home: Home, own: Place, folder: Path, **options: bool) -> copies.Adopted:
    return await copies.take_back(owners(folder), "invites", home.outside, copies.End(own), quiet, **options)


def quiet(*_: object) -> None:
    pass


async def rows_in(own: Place, sql: str) -> list[tuple[Any, ...]]:
    database = await open_database(own, "invites", MIGRATIONS)
    try:
        async with database.read() as connection:
            return [tuple(row) for row in await connection.execute(sql)]
    finally:
        await database.close()
