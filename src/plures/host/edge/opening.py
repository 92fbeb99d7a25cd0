"""Makes the edge of a replica: what the application says of it, and the figures of plures.toml."""

from collections.abc import Callable, Mapping
from typing import Any

from plures.application import EDGE, Assembly, Dependency
from plures.host.placement import Placement
from plures.runtime import Gate
from plures.telemetry import Telemetry

from .admission import EdgeAdmission
from .duties import warn_of_duties
from .edge import Edge
from .served import served
from .tracing import EdgeTraces
from .wsgi import EDGE_THREADS


def open_edge(
    assembly: Assembly,
    placement: Placement,
    arguments: Callable[[str, tuple[Dependency, ...]], Mapping[str, Any]],
    gate: Gate,
    telemetry: Telemetry,
) -> Edge | None:
    """The edge, not started; None where the application has none.

    Args:
        arguments: Gives what an owner asks for.
        gate: What lets requests in.
        telemetry: What each request is noted in.

    Raises:
        PluresError: It cannot be imported, asks for what it does not get, or is no web application.
    """
    opened = assembly.opened_edge()
    if opened is None:
        return None
    make, dependencies = opened
    figures = placement.policies.edge
    deadline_s = figures.get("deadline_s", assembly.edge_deadline_s)
    threads = int(figures.get("threads", EDGE_THREADS))
    app = served(make(**arguments(EDGE, dependencies)), threads, deadline_s)
    if placement.replicas > 1 and placement.leads:
        warn_of_duties(app, assembly.packages, placement.replicas)
    admission = EdgeAdmission(gate, assembly.edge_criticality)
    return Edge(
        app,
        deadline_s,
        own=assembly.packages,
        admission=admission,
        kind=assembly.context,
        traces=EdgeTraces(telemetry),
    )
