"""What the tests of local processes share: plans, a journal, patience."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from plures.deploy.plan import Plan
from plures.topology import Replicas, ResolvedProcess

PATIENCE_S = 30.0
STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_replica.py")))


class Journal:
    """Everything that was logged, and everything that stand-in hosts have noted about themselves."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[tuple[str, str]] = []
        self._file = folder / "journal"

    def write(self, source: str, line: str) -> None:
        self.lines.append((source, line))

    def of(self, source: str) -> list[str]:
        return [line for name, line in self.lines if name == source]

    @property
    def events(self) -> list[tuple[str, str]]:
        """What hosts noted, as (event, capability)."""
        text = self._file.read_text() if self._file.exists() else ""
        return [(line.split()[0], line.split()[1]) for line in text.splitlines()]


def process(name: str, *, replicas: int = 1, **more: object) -> ResolvedProcess:
    """A process that hosts the capability of its own name."""
    rest: dict[str, Any] = {"edge": False, "exclusive": False, "external": None, "command": None, "environment": {}}
    return ResolvedProcess(name, (name,), Replicas(replicas, replicas), **(rest | more))


def plan(*processes: ResolvedProcess, needs: dict[str, str] | None = None, layers: list[str] | None = None) -> Plan:
    """`needs`: names after a name, with blanks between; `layers` likewise, in the order of the processes when left out."""
    waits = {p.name: frozenset((needs or {}).get(p.name, "").split()) for p in processes}
    return Plan({p.name: p for p in processes}, waits, tuple(frozenset(n.split()) for n in layers or waits))


def client_of(url: str) -> httpx.AsyncClient:
    """A client of one address, which may be a Unix socket."""
    transport = httpx.AsyncHTTPTransport(uds=url.removeprefix("unix:")) if url.startswith("unix:") else None
    base = "http://localhost" if transport else url
    return httpx.AsyncClient(base_url=base, transport=transport, timeout=PATIENCE_S, trust_env=False)


async def endpoints_seen_by(url: str) -> dict[str, list[str]]:
    """The addresses that a stand-in replica was told."""
    async with client_of(url) as http:
        seen: dict[str, list[str]] = (await http.get("/endpoints")).json()
        return seen


async def pid_at(url: str) -> int:
    """Which stand-in replica answers there."""
    async with client_of(url) as http:
        return int((await http.get("/who")).json()["pid"])


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that will happen; the patience only bounds a failing test."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # what is waited for happens in other processes
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether the process exists and is not only waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
