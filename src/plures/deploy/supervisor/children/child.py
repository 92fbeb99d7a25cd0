"""What a supervisor needs of any replica, ours or a program in another language, and what it starts one with."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from plures.deploy.channel import EndpointUrls
from plures.deploy.supervisor.logs import Lines
from plures.host import Placement


class Child(Protocol):
    """A process that becomes ready, learns of the other replicas, and stops without losing a request."""

    @property
    def pid(self) -> int: ...

    async def ready(self) -> None:
        """Wait until it can be called. Raises PluresError when it never will."""
        ...

    async def ended(self) -> int:
        """Wait for its end, whatever the cause; the status as of `Program.ended`."""
        ...

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        """Tell it where it can call the capabilities now, and wait until it uses that."""
        ...

    async def let_go(self, capabilities: Collection[str], within_s: float) -> None:
        """Let it end some capabilities, whose calls wait until `become`. Raises ReplicaFailed, and then all is as it was, or ReplicaDied."""
        ...

    async def become(self, placement: Placement) -> None:
        """Let it host something else, and find the rest elsewhere. Raises the same."""
        ...

    def lead(self, *, leads: bool) -> None:
        """Let it do what one replica of its process does, or know that another one has begun to."""
        ...

    def open_edge(self) -> None:
        """Let it accept the public's requests as soon as it is ready."""
        ...

    async def close_edge(self) -> None:
        """Let it answer the public's requests and accept no more of them; it stays callable."""
        ...

    async def stop(self) -> None:
        """Let it answer everything, then end it, in the end by force."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


class ProcessContext(msgspec.Struct, frozen=True):
    """What any child is started with.

    Attributes:
        name: Process and replica number, `search.1`.
        lines: Where its output goes.
        environment: Variables on top of the supervisor's own.
        grace_s: Most time for requests in flight when it is stopped.
        folder: Where a command runs: the folder of plures.toml.
        withheld: Variables of the supervisor that it does not get.
    """

    name: str
    lines: Lines
    environment: Mapping[str, str]
    grace_s: float
    folder: Path
    withheld: frozenset[str] = frozenset()
