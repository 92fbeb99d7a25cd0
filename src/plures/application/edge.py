"""What an application says of its edge, checked: what makes it, what that asks for, how much its paths matter, on whose behalf it acts."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from plures.contract import Criticality, copier_of, is_contract, read_message
from plures.errors import InvalidInput, Violation
from plures.runtime import ContextKind

from . import rules
from .application import Application
from .dependencies import Dependency, DependencyKind, asks_for, asks_for_engine, contracts_of, read_dependencies
from .implementation import is_asgi_application, is_opened, is_wsgi_application, show
from .loading import imported

_IMPORT: Final = re.compile(r"\w+(\.\w+)*:\w+")
_EXAMPLE: Final = 'Correct the string that the application has for its edge: edge="shop.web:app".'


@dataclass(frozen=True)
class ImportedEdge:
    """What makes an edge of which only the place is known: the process that hosts it imports it, and no other.

    Attributes:
        place: `package.module:attribute`.
    """

    place: str

    def __call__(self) -> Any:
        """Import it."""
        return imported(self.place, fix=_EXAMPLE)


def opened_edge(
    edge: Callable[..., Any], dependencies: tuple[Dependency, ...], known: Iterable[type]
) -> tuple[Callable[..., Any], tuple[Dependency, ...]]:
    """What makes the edge, and what that asks for, imported where it has to be.

    Args:
        known: The contracts that an edge of which only the place is known may call.

    Raises:
        ApplicationNotLoaded: It cannot be imported.
        InvalidInput: It asks for what an edge does not get, or what the application does not say.
    """
    if not isinstance(edge, ImportedEdge):
        return edge, dependencies
    violations: list[Violation] = []
    made, asked = _checked(edge(), f"the edge, {edge.place}", violations)
    allowed = frozenset(known)
    violations += [
        rules.EDGE_UNTOLD.broken(f"the edge, {edge.place}", contract=contract.__qualname__)
        for contract in contracts_of(asked)
        if contract not in allowed
    ]
    if violations:
        raise InvalidInput("The edge", violations)
    return made, asked


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
    if isinstance(edge, str):
        if not _IMPORT.fullmatch(edge):
            violations.append(rules.EDGE_IMPORT.broken("the edge", place=edge))
        return ImportedEdge(edge), ()
    return (None, ()) if edge is None else _checked(edge, "the edge", violations)


def _checked(
    edge: Callable[..., Any], where: str, violations: list[Violation]
) -> tuple[Callable[..., Any], tuple[Dependency, ...]]:
    if is_asgi_application(edge) or is_wsgi_application(edge):
        return lambda: edge, ()
    dependencies, found = read_dependencies(edge, where)
    violations += found
    if asks_for(DependencyKind.DATABASE, dependencies) or asks_for_engine(dependencies):
        violations.append(rules.EDGE_DATABASE.broken(where))
    if asks_for(DependencyKind.EVENTS, dependencies):
        violations.append(rules.EDGE_EVENTS.broken(where))
    if asks_for(DependencyKind.SAGAS, dependencies):
        violations.append(rules.EDGE_SAGAS.broken(where))
    if asks_for(DependencyKind.SETTINGS, dependencies):
        violations.append(rules.EDGE_SETTINGS.broken(where))
    if is_opened(edge):
        violations.append(rules.EDGE_OPENED.broken(where))
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
    if codec is not None and copier_of(codec.message) is not None:
        violations.append(rules.CONTEXT_CHANGEABLE.broken("the request context", context=python.__qualname__))
    return None if codec is None else ContextKind(python, codec)
