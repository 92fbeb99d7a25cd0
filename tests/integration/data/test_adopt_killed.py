"""`kill -9` at each step of an adoption and of the way back: the next command goes on or tells what is done; no row is lost or there twice.

Each step is tried by `python -m tests.integration.data.adopt_killed HOME OWN 1`. Here it is some of them, others for each pair of databases.
"""

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from plures.data.store import Dialect
from tests.postgres import Postgres

from .adopt_killed import MIGRATIONS, ROWS

asyncpg: Final[Any] = import_module("asyncpg")


@pytest.mark.parametrize("own", ["sqlite", "postgresql"])
@pytest.mark.parametrize("home", ["sqlite", "postgresql"])
async def test_killed_anywhere(home: str, own: str, tmp_path: Path, postgres: Postgres) -> None:
    places = [await _place(kind, name, tmp_path, postgres) for kind, name in ((home, "home"), (own, "own"))]
    await _fill(places[0])
    command = [sys.executable, "-m", "tests.integration.data.adopt_killed", *map(json.dumps, places), "29"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    assert int(said) > 3


async def _place(kind: str, name: str, folder: Path, postgres: Postgres) -> dict[str, str]:
    if kind == "postgresql":
        server = await postgres.schema()
        return {"url": server.url, "schema": server.schema}
    return {"file" if name == "home" else "folder": str(folder / name)}


async def _fill(place: dict[str, str]) -> None:
    kind = Dialect.SQLITE if "file" in place else Dialect.POSTGRESQL
    tables = [str(part) for part in MIGRATIONS[0].parts(kind)]
    rows = [
        "INSERT INTO invites VALUES (2, 'b', NULL), (1, 'a', 2)",
        "INSERT INTO mails VALUES (7, 2)",
    ]
    assert len(ROWS) == len(rows)
    if "file" in place:
        with closing(sqlite3.connect(place["file"])) as connection:
            connection.executescript(";".join([*tables, *rows]))
        return
    connection = await asyncpg.connect(place["url"], server_settings={"search_path": f'"{place["schema"]}"'})
    try:
        for one in [*tables, *rows]:
            await connection.execute(one)
    finally:
        await connection.close()
