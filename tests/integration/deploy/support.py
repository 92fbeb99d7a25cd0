"""What the tests of this folder share: a journal, patience, looks at processes."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx

PATIENCE_S = 60.0


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


def client_of(url: str, keeps_s: float = 5.0) -> httpx.AsyncClient:
    """A client of one address, which may be a Unix socket. It uses no connection again that was silent for `keeps_s`."""
    path = url.removeprefix("unix:") if url.startswith("unix:") else None
    transport = httpx.AsyncHTTPTransport(uds=path, limits=httpx.Limits(keepalive_expiry=keeps_s), trust_env=False)
    base = "http://localhost" if path else url
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
