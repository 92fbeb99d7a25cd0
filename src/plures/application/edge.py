"""What an application says of its edge, checked: what makes it, what that asks for, how much its paths matter, on whose behalf it acts."""

import math
from collections.abc import Callable
from typing import Any

from plures.contract import Criticality, is_contract, read_message
from plures.errors import Violation
from plures.runtime import ContextKind

from . import rules
from .application import Application
from .dependencies import Dependency, DependencyKind, asks_for, asks_for_engine, read_dependencies
from .implementation import is_asgi_application, is_opened, show


def read_edge(
    application: Application, violations: list[Violation]
) -> tuple[Callable[..., Any] | None, tuple[Dependency, ...]]:
    """What makes the edge, and what that asks for."""
    if not 0 < application.edge_deadline_s < math.inf:
        violations.append(rules.EDGE_DEADLINE.broken("the edge", deadline_s=application.edge_deadline_s))
    for path, criticality in application.edge_criticality.items():
        problem = "no criticality" if criticality not in tuple(Criticality) else "for no path"
        if criticality not in tuple(Criticality) or not path.startswith("/"):
            values = {"path": path, "criticality": criticality, "problem": problem}
            violations.append(rules.EDGE_CRITICALITY.broken("the edge", **values))
    edge = application.edge
    if edge is None or is_asgi_application(edge):
        return (None if edge is None else lambda: edge), ()
    dependencies, found = read_dependencies(edge, "the edge")
    violations += found
    if asks_for(DependencyKind.DATABASE, dependencies) or asks_for_engine(dependencies):
        violations.append(rules.EDGE_DATABASE.broken("the edge"))
    if asks_for(DependencyKind.EVENTS, dependencies):
        violations.append(rules.EDGE_EVENTS.broken("the edge"))
    if asks_for(DependencyKind.SAGAS, dependencies):
        violations.append(rules.EDGE_SAGAS.broken("the edge"))
    if is_opened(edge):
        violations.append(rules.EDGE_OPENED.broken("the edge"))
    return edge, dependencies


def read_clients(application: Application, violations: list[Violation]) -> tuple[Dependency, ...]:
    """What code of the edge asks for without a parameter."""
    found = dict.fromkeys(application.clients)
    violations += [rules.NO_CLIENT.broken("clients", given=show(each)) for each in found if not is_contract(each)]
    return tuple(Dependency("", DependencyKind.CONTRACT, each) for each in found if is_contract(each))


def read_context(application: Application, violations: list[Violation]) -> ContextKind | None:
    """On whose behalf requests are made; None where the application has no word for it."""
    python = application.context
    if python is None:
        return None
    codec, found = read_message(python, "the request context")
    violations += found
    if codec is None and not found:
        violations.append(rules.CONTEXT.broken("the request context", context=getattr(python, "__qualname__", python)))
    return None if codec is None else ContextKind(python, codec)
