"""The addresses by which services call one another, and who answers there."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from plures.errors import PluresError, Text

from .callee import Callee

Origin: TypeAlias = tuple[str, str, int]
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Elsewhere:
    """A service of another process, which is reached at this address instead."""

    host: str
    port: int


Answering: TypeAlias = Callee | Elsewhere
Book: TypeAlias = Mapping[Origin, Answering]


def origin_of(url: str) -> Origin:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS[parts.scheme]


def origin(scheme: str, host: str, port: int | None) -> Origin:
    """The same of what a client says."""
    return scheme, host.lower(), port or _PORTS.get(scheme, 0)


@dataclass(eq=False)
class LoopHeld(PluresError):
    """Code of a service waits on the event loop for a service that needs the same loop to answer."""

    code = "rescue.loop_held"
    wording = Text(
        "A blocking call to {callee} would never end",
        why="it is made on the event loop that {callee} runs on, and holds it",
        fix="Put `thread = true` into [services.NAME] of the service that calls, so that it has a loop of its own; or let it call by "
        "httpx.AsyncClient, or from a `def` handler.",
    )

    callee: str


def refuse_to_hold(callee: Callee) -> None:
    """Raise LoopHeld where the thread that is about to wait is the one that the answer comes from."""
    if threading.get_ident() == callee.thread:
        raise LoopHeld(callee.name)
