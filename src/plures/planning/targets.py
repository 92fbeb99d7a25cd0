"""A topology of plures.toml, as far as a plan looks at it."""

from pathlib import Path
from typing import Final

from plures.topology import ApplicationFacts, ResolvedTopology

from .values import EDGE, StoreOf, Target

EMBEDDED: Final = "embedded"


def target_of(topology: ResolvedTopology, facts: ApplicationFacts, data: Path) -> Target:
    """The processes and the data of a topology.

    Args:
        data: The data folder, where embedded databases are.
    """
    homes = dict(topology.homes)
    if topology.edge_home is not None:
        homes[EDGE] = topology.edge_home
    placed = {name: at for process in topology.processes.values() for name, at in process.databases.items()}
    with_data = [name for name, each in facts.capabilities.items() if each.has_database]
    return Target(
        topology.name,
        homes,
        {name: each.replicas.min for name, each in topology.processes.items() if each.ours},
        tuple(name for name, each in topology.processes.items() if not each.ours),
        tuple(
            StoreOf(name, placed[name].server.name) if name in placed else StoreOf(name, EMBEDDED, _size(data, name))
            for name in with_data
        ),
    )


def _size(data: Path, capability: str) -> int | None:
    sizes: list[int] = []
    for each in data.glob(f"{capability}.sqlite3*"):
        try:
            sizes.append(each.stat().st_size)
        except OSError:
            # What SQLite writes ahead comes and goes.
            continue
    return sum(sizes) if sizes else None
