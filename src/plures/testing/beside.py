"""Capabilities on the application's own tables run where the tests run, as they run where the edge does: a test that asks the web application
itself has its database, and often an open transaction, in its own process.
"""

from dataclasses import replace

import msgspec

from plures.application import Assembly
from plures.topology import Topology


def beside_tests(assembly: Assembly) -> frozenset[str]:
    """The names of these capabilities."""
    return frozenset(name for name, capability in assembly.capabilities.items() if capability.shared_tables)


def without(topology: Topology, names: frozenset[str]) -> Topology:
    """The topology without some capabilities, and without processes that are left with nothing."""
    left = [
        msgspec.structs.replace(process, capabilities=tuple(name for name in process.capabilities if name not in names))
        for process in topology.processes
    ]
    return replace(topology, processes=tuple(process for process in left if process.capabilities or process.edge))
