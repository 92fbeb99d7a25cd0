"""What a supervisor is to run: a topology that fits its application, and what therefore waits for what."""

from collections.abc import Mapping
from dataclasses import dataclass

from plures.topology import ApplicationFacts, ResolvedProcess, ResolvedTopology, process_needs, start_order


@dataclass(frozen=True)
class Plan:
    """All processes by name, in the order of the topology.

    Attributes:
        needs: What must be ready before a process starts. Those in a circle with it are not among them.
        layers: Names, each after those that it needs; stopping goes the other way.
    """

    processes: Mapping[str, ResolvedProcess]
    needs: Mapping[str, frozenset[str]]
    layers: tuple[frozenset[str], ...]


def plan(topology: ResolvedTopology, application: ApplicationFacts) -> Plan:
    """The plan for an application in a topology."""
    layers = start_order(topology, application)
    layer_of = {name: layer for layer in layers for name in layer}
    needs = process_needs(topology, application)
    return Plan(topology.processes, {name: needs[name] - layer_of[name] for name in topology.processes}, layers)
