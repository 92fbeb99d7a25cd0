"""Application → assembly: contracts described, dependencies read, everything checked, all violations at once."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from plures.contract import ContractDescription, is_contract, read_contract
from plures.data import Migrations, check_migrations
from plures.errors import InvalidInput, Violation
from plures.topology import ApplicationFacts, CapabilityFacts

from . import rules
from .application import EDGE_DEADLINE_S, Application, Capability
from .conformance import check_conformance
from .dependencies import Dependency, DependencyKind, read_dependencies
from .implementation import is_asgi_application, is_opened

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class AssembledCapability:
    """One capability, checked; `implementation` is None where it runs elsewhere."""

    contract: ContractDescription
    implementation: Callable[..., Any] | None
    dependencies: tuple[Dependency, ...]
    migrations: Migrations

    @property
    def needs(self) -> tuple[type, ...]:
        """The contract classes that it calls."""
        return _contracts(self.dependencies)

    @property
    def has_database(self) -> bool:
        """Whether it keeps data."""
        return _has_database(self.dependencies)


@dataclass(frozen=True)
class Assembly:
    """An application, checked. Built by `assemble`."""

    name: str
    capabilities: Mapping[str, AssembledCapability]
    edge: Callable[..., Any] | None
    edge_dependencies: tuple[Dependency, ...]
    edge_deadline_s: float = EDGE_DEADLINE_S

    def contract(self, python: type) -> ContractDescription | None:
        """The description of a contract class that this application has a capability for."""
        return self._by_contract.get(python)

    @cached_property
    def call_graph(self) -> Mapping[str, frozenset[str]]:
        """Which capability calls which, as their constructors declare it."""
        return {name: self._names(capability.needs) for name, capability in self.capabilities.items()}

    @property
    def packages(self) -> frozenset[str]:
        """The top-level packages that its own code is in, as far as contracts and the edge tell."""
        python = [*(capability.contract.python for capability in self.capabilities.values()), self.edge]
        return frozenset(str(getattr(each, "__module__", "")).partition(".")[0] for each in python)

    def reachable_from(self, capability: str) -> frozenset[str]:
        """All capabilities that a call of `capability` may lead to, itself left out unless it is in a circle."""
        reached: set[str] = set()
        pending = list(self.call_graph[capability])
        while pending:
            name = pending.pop()
            if name not in reached:
                reached.add(name)
                pending.extend(self.call_graph[name])
        return frozenset(reached)

    @cached_property
    def facts(self) -> ApplicationFacts:
        """What the topology needs to know."""
        facts = {
            name: CapabilityFacts(
                needs=self.call_graph[name],
                has_database=capability.has_database,
                has_implementation=capability.implementation is not None,
                missing=self._missing(capability.needs),
            )
            for name, capability in self.capabilities.items()
        }
        edge_needs = _contracts(self.edge_dependencies)
        return ApplicationFacts(
            capabilities=facts,
            has_edge=self.edge is not None,
            edge_needs=self._names(edge_needs),
            edge_missing=self._missing(edge_needs),
        )

    @cached_property
    def _by_contract(self) -> Mapping[type, ContractDescription]:
        return {capability.contract.python: capability.contract for capability in self.capabilities.values()}

    def _names(self, contracts: tuple[type, ...]) -> frozenset[str]:
        return frozenset(self._by_contract[python].capability for python in contracts if python in self._by_contract)

    def _missing(self, contracts: tuple[type, ...]) -> tuple[str, ...]:
        return tuple(python.__qualname__ for python in contracts if python not in self._by_contract)


def assemble(application: Application) -> Assembly:
    """Check an application and find out who calls whom.

    Raises:
        InvalidInput: With every violation found in contracts, implementations and constructors.
    """
    violations: list[Violation] = []
    if not _NAME.fullmatch(application.name):
        violations.append(rules.NAME.broken(f"application {application.name!r}"))
    capabilities: dict[str, AssembledCapability] = {}
    for capability in application.capabilities:
        assembled = _capability(capability, violations)
        if assembled is not None:
            _add(assembled, capabilities, violations)
    edge, edge_dependencies = _edge(application, violations)
    if violations:
        # A message that several operations use is reported once.
        raise InvalidInput(f"application {application.name!r}", dict.fromkeys(violations))
    return Assembly(application.name, capabilities, edge, edge_dependencies, application.edge_deadline_s)


def _capability(capability: Capability, violations: list[Violation]) -> AssembledCapability | None:
    if not _is_capability(capability):
        violations.append(rules.NO_CAPABILITY.broken(f"the list of capabilities: {capability!r}"))
        return None
    if not is_contract(capability.contract):
        violations.append(rules.NO_CONTRACT.broken(f"Capability({capability.contract!r})"))
        return None
    contract, found = read_contract(capability.contract)
    violations += found
    where = f"capability {contract.capability!r}"
    violations += check_migrations(contract.capability, capability.migrations)
    dependencies: tuple[Dependency, ...] = ()
    if capability.implementation is not None:
        dependencies, found = read_dependencies(capability.implementation, where)
        violations += found + check_conformance(contract, capability.implementation)
    if capability.migrations and not _has_database(dependencies):
        violations.append(rules.UNUSED_MIGRATIONS.broken(where))
    return AssembledCapability(contract, capability.implementation, dependencies, capability.migrations)


def _edge(
    application: Application, violations: list[Violation]
) -> tuple[Callable[..., Any] | None, tuple[Dependency, ...]]:
    """What makes the edge, and what that asks for."""
    if not 0 < application.edge_deadline_s < math.inf:
        violations.append(rules.EDGE_DEADLINE.broken("the edge", deadline_s=application.edge_deadline_s))
    edge = application.edge
    if edge is None or is_asgi_application(edge):
        return (None if edge is None else lambda: edge), ()
    dependencies, found = read_dependencies(edge, "the edge")
    violations += found
    if _has_database(dependencies):
        violations.append(rules.EDGE_DATABASE.broken("the edge"))
    if is_opened(edge):
        violations.append(rules.EDGE_OPENED.broken("the edge"))
    return edge, dependencies


def _is_capability(thing: object) -> bool:
    """What the type checker of the user promises, and their interpreter does not."""
    return isinstance(thing, Capability)


def _add(capability: AssembledCapability, to: dict[str, AssembledCapability], violations: list[Violation]) -> None:
    name = capability.contract.capability
    if name in to:
        first, second = to[name].contract.service, capability.contract.service
        violations.append(rules.DUPLICATE.broken(f"capability {name!r}", first=first, second=second))
    to[name] = capability


def _contracts(dependencies: tuple[Dependency, ...]) -> tuple[type, ...]:
    leaves = (leaf for dependency in dependencies for leaf in dependency.leaves())
    return tuple(dict.fromkeys(leaf.asked for leaf in leaves if leaf.kind is DependencyKind.CONTRACT))


def _has_database(dependencies: tuple[Dependency, ...]) -> bool:
    return any(leaf.kind is DependencyKind.DATABASE for each in dependencies for leaf in each.leaves())
