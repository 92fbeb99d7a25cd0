"""Two capabilities on a server, their copies, and what is in them at first."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from plures.data import (
    Migration,
    Place,
    Server,
    Statement,
    copies,
    open_database,
    prepare_database,
    role_of,
)
from tests.postgres import Postgres

STOCK = Migration(
    1,
    "stock",
    (
        "CREATE TABLE shelf (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        Statement(
            sqlite="CREATE TABLE stock (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, shelf INTEGER REFERENCES shelf (id))",
            postgresql="CREATE TABLE stock (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT, "
            "shelf BIGINT REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED)",
        ),
        "INSERT INTO shelf VALUES (0, 'made by a migration')",
    ),
)
PLACES = Migration(2, "places", ("CREATE TABLE place (id TEXT PRIMARY KEY)",))
PASSWORDS = {"stock": "a stock's", "orders": "an orders'"}
_numbers = count(1)


def tell(_what: str, _done: int, _total: int | None) -> None: ...


class Shop:
    """An application with two capabilities on a database of its own."""

    def __init__(self, postgres: Postgres, folder: Path, name: str) -> None:
        self.postgres = postgres
        self.folder = folder
        self.name = name
        self.backup = folder / "backup"

    def server(self, capability: str) -> Server:
        url = self.postgres.url(role_of(self.name, capability), PASSWORDS[capability], database=self.name)
        return Server(url, capability, 4, application="shop")

    def owners(self, *migrations: Migration, on: Callable[[str], Place] | None = None) -> copies.Owners:
        places = {name: (on or self.server)(name) for name in PASSWORDS}
        servers = {name: place for name, place in places.items() if isinstance(place, Server)}
        return copies.Owners("shop", self.folder / "data", dict.fromkeys(PASSWORDS, migrations or (STOCK,)), servers)

    async def administer(self, *statements: str) -> list[Any]:
        connection = await asyncpg.connect(self.postgres.url(database=self.name))
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [tuple(row) for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    async def change(self, place: Place, *statements: str, migrations: tuple[Migration, ...] = (STOCK,)) -> None:
        capability = place.schema if isinstance(place, Server) else "stock"
        database = await open_database(place, capability, migrations)
        try:
            async with database.write() as connection:
                for statement in statements:
                    await connection.execute(statement)
        finally:
            await database.close()

    async def rows(self, place: Place, table: str = "stock", migrations: tuple[Migration, ...] = (STOCK,)) -> list[Any]:
        database = await open_database(place, "stock", migrations)
        try:
            async with database.read() as connection:
                return [tuple(row) for row in await connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
        finally:
            await database.close()

    async def back_up(self, owners: copies.Owners | None = None) -> copies.Manifest:
        return await asyncio.to_thread(copies.back_up, owners or self.owners(), self.backup, tell)

    async def restore(
        self, owners: copies.Owners | None = None, *chosen: str, replace_data: bool = True
    ) -> copies.Manifest:
        return await asyncio.to_thread(
            copies.restore, owners or self.owners(), self.backup, chosen, tell, replace=replace_data
        )


async def new_shop(postgres: Postgres, folder: Path) -> Shop:
    name = f"kept{next(_numbers)}"
    await postgres.run(f"CREATE DATABASE {name}")
    await prepare_database(postgres.url(database=name), name, "shop", PASSWORDS)
    return Shop(postgres, folder, name)


FILL = (
    "INSERT INTO stock (name, shelf) VALUES ('tea', 7)",
    "INSERT INTO stock (name, shelf) VALUES ('cup', 0)",
    "INSERT INTO stock (name, shelf) VALUES ('gone', 0)",
    "DELETE FROM stock WHERE name = 'gone'",
)
KEPT = [(1, "tea", 7), (2, "cup", 0)]
MORE = ("DELETE FROM stock", "INSERT INTO stock (name) VALUES ('later')")
