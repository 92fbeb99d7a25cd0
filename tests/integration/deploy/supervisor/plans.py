"""Plans of stand-in replicas, without an application: each process hosts the capability of its own name."""

import json
from pathlib import Path
from typing import Any

from plures.topology import Address, Plan, Replicas, ResolvedProcess, Settings

ANY_FREE_PORT = Address("127.0.0.1", 0)


def process(name: str, *, replicas: int = 1, **more: object) -> ResolvedProcess:
    rest: dict[str, Any] = {"edge": False, "exclusive": False, "external": None, "command": None, "environment": {}}
    return ResolvedProcess(name, (name,), **({"replicas": Replicas(replicas, replicas)} | rest | more))


def plan(*processes: ResolvedProcess, needs: dict[str, str] | None = None, layers: list[str] | None = None) -> Plan:
    """`needs`: names after a name, with blanks between; `layers` likewise, in the order of the processes when left out."""
    waits = {p.name: frozenset((needs or {}).get(p.name, "").split()) for p in processes}
    return Plan({p.name: p for p in processes}, waits, tuple(frozenset(n.split()) for n in layers or waits))


def settings_for(script: object, data: Path) -> Settings:
    """The settings under which a stand-in replica does what the script says."""
    return Settings(json.dumps(script or {}), data, ANY_FREE_PORT, ANY_FREE_PORT, {})
