"""Kills an adoption, and then the way back, before each of their statements and around each of their commits, and runs each again.

A process of its own, which has one thread: it becomes the commands by `fork`, so that each of them costs no start of Python.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any, Final

from plures.data import DatabaseMoved, Folder, Migration, Place, Server, Statement, copies, open_database
from plures.data.postgresql.transaction import PostgresTransaction
from plures.data.sqlite.store import SqliteTransaction

MIGRATIONS: Final = (
    Migration(
        1,
        "as they are",
        (
            Statement(
                sqlite="CREATE TABLE invites (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE, parent INTEGER REFERENCES invites (id))",
                postgresql="CREATE TABLE invites (id SERIAL PRIMARY KEY, email TEXT UNIQUE, parent INTEGER REFERENCES invites (id))",
            ),
            "CREATE TABLE mails (id INTEGER PRIMARY KEY, invite_id INTEGER REFERENCES invites (id))",
        ),
    ),
)
ROWS: Final = {"invites": [[1, "a", 2], [2, "b", None]], "mails": [[7, 2]]}
_CUT: Final = 9


def main(home: str, own: str, every: int) -> int:
    """Try each step that is a multiple of `every`; the number of kills."""
    kills = 0
    places = _place(home), _place(own)
    for way in ("adopt", "back"):
        step = 1
        while True:
            kind = _forked(lambda: _command(way, places, step))  # noqa: B023 - it runs at once
            if kind not in (0, -signal.SIGKILL):
                raise AssertionError(way, step, kind)
            if kind == 0:
                break
            kills += 1
            # What it says where all was done already.
            assert _forked(lambda: _again(way, places)) == 0, (way, step)  # noqa: B023
            if way == "adopt":
                assert _forked(lambda: _command("back", places, 0)) == 0
                if isinstance(places[1], Folder) and step % 2:
                    shutil.rmtree(places[1].path)
            else:
                assert _forked(lambda: _command("adopt", places, 0)) == 0
            step += every
    return kills


def _place(text: str) -> Path | Place:
    told = json.loads(text)
    if "url" in told:
        return Server(told["url"], told["schema"])
    return Path(told["file"]) if "file" in told else Folder(Path(told["folder"]))


def _forked(work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(work())
        except BaseException as error:  # noqa: BLE001 - told by the process that waits
            sys.stderr.write(f"{error!r} {error}\n")
            sys.stderr.flush()
            os._exit(_CUT)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def _command(way: str, places: tuple[Any, Any], dies_at: int) -> None:
    if dies_at:
        _die_at(dies_at)
    home, own = places
    owners = copies.Owners("shop", _folder(own), {"invites": MIGRATIONS})
    if way == "adopt":
        await copies.adopt(owners, "invites", copies.Outside(home), copies.End(own), _quiet)
    else:
        await copies.take_back(owners, "invites", copies.Outside(home), copies.End(own), _quiet)


async def _again(way: str, places: tuple[Any, Any]) -> None:
    try:
        rows: object = await _rows(places[1])
    except DatabaseMoved:
        rows = None
    # An application sees all of the rows, or does not start.
    assert rows in (None, ROWS, {"invites": [], "mails": []}), rows
    try:
        await _command(way, places, 0)
    except copies.CannotAdopt as told:
        if ("There is nothing to do" if way == "adopt" else "taken back to") not in str(told):
            raise
    if way == "adopt":
        assert await _rows(places[1]) == ROWS


async def _rows(own: Place) -> dict[str, list[list[Any]]]:
    database = await open_database(own, "invites", MIGRATIONS)
    try:
        async with database.read() as connection:
            return {
                table: [list(row) for row in await connection.execute(f"SELECT * FROM {table} ORDER BY id")]
                for table in ROWS
            }
    finally:
        await database.close()


def _folder(own: Place) -> Path:
    return own.path if isinstance(own, Folder) else Path()


def _quiet(*_: object) -> None:
    pass


def _die_at(number: int) -> None:
    left = number

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for kind, names in (
        (SqliteTransaction, ("execute", "fill", "__aexit__")),
        (PostgresTransaction, ("execute", "fill", "commit")),
    ):
        for name in names:
            setattr(kind, name, _dying(getattr(kind, name), count, is_end=name in ("__aexit__", "commit")))


def _dying(step: Callable[..., Any], count: Callable[[], None], *, is_end: bool) -> Callable[..., Any]:
    @wraps(step)
    async def does(*told: Any, **more: Any) -> Any:
        count()
        result = await step(*told, **more)
        if is_end:
            count()
        return result

    return does


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1], sys.argv[2], int(sys.argv[3]))}\n")
