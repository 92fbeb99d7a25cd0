"""What a supervisor is to run: a topology and an application, joined into plain data."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PlannedProcess:
    """One process of the topology.

    Attributes:
        needs: Processes that must be ready before this one starts. Those in a circle with it are not among them.
        calls: Capabilities hosted elsewhere that this process may call.
        exclusive: Whether only one replica may run at any moment, also during a restart: it has an embedded database.
        command: The command line that runs it, for another language.
        external: Where it answers, when somebody else runs it.
    """

    name: str
    capabilities: frozenset[str]
    needs: frozenset[str]
    calls: frozenset[str]
    edge: bool = False
    replicas: int = 1
    exclusive: bool = False
    command: str | None = None
    external: str | None = None


@dataclass(frozen=True)
class Plan:
    """All processes, in the order of the topology.

    Attributes:
        start_order: Names, each after those that it needs; stopping goes the other way. What forms a circle is one group.
    """

    processes: Mapping[str, PlannedProcess]
    start_order: tuple[frozenset[str], ...]
