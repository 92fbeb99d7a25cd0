"""What a process connects to besides other processes: databases, the broker, external processes."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from plures.topology import ResolvedProcess, ResolvedTopology

from .values import Server

_POSTGRESQL: Final = 5432
_NATS: Final = 4222
_USUAL: Final = {"http": 80, "https": 443}


def servers_of(process: ResolvedProcess, topology: ResolvedTopology, called: frozenset[str]) -> tuple[Server, ...]:
    """The servers of a process, each once.

    Args:
        called: Names of all processes that it connects to.
    """
    return tuple(dict.fromkeys(_servers(process, topology, called)))


def _servers(process: ResolvedProcess, topology: ResolvedTopology, called: frozenset[str]) -> Iterator[Server]:
    for placed in process.databases.values():
        yield _server(f"database {placed.server.name}", placed.server.url, _POSTGRESQL)
    if process.broker is not None:
        for url in process.broker.broker.url.split(","):
            yield _server("broker", url, _NATS)
    for other in topology.processes.values():
        if other.name in called and other.external is not None:
            usual = _USUAL.get(urlsplit(other.external).scheme, 0)
            yield _server(f"external {other.name}", other.external, usual)


def _server(about: str, url: str, usual: int) -> Server:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or usual
    except ValueError:
        # A reference stands where the port does.
        host, port = "", usual
    return Server(about, "" if "$" in host else host, port)


def is_loopback(url: str) -> bool:
    """Whether a URL stands for the machine, or the container, that asks."""
    if url.startswith("unix:"):
        return True
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
