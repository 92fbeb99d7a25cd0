"""Application → assembly: contracts described, dependencies read, everything checked, all violations at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from plures.contract import (
    ContractDescription,
    Criticality,
    is_contract,
    read_contract,
)
from plures.data import Migrations, check_migrations
from plures.errors import InvalidInput, Violation
from plures.runtime import ContextKind
from plures.sagas import Definition, read_sagas
from plures.topology import ApplicationFacts, CapabilityFacts

from . import rules
from .application import EDGE_DEADLINE_S, Application, Capability
from .conformance import check_conformance
from .dependencies import (
    Dependency,
    DependencyKind,
    asks_for,
    asks_for_engine,
    contracts_of,
    optional_of,
    read_dependencies,
)
from .edge import ImportedEdge, opened_edge, read_clients, read_context, read_edge
from .engines import engine_problems
from .implementation import service_class
from .settings import Settings
from .shared_tables import claimed_twice, read_shared_tables
from .subscriptions import Handler, Subscription, handlers_of_capability, subscribe_all

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class AssembledCapability:
    """One capability, checked; `implementation` is None where it runs elsewhere."""

    contract: ContractDescription
    implementation: Callable[..., Any] | None
    dependencies: tuple[Dependency, ...]
    migrations: Migrations
    handlers: tuple[Handler, ...] = ()
    sagas: tuple[Definition, ...] = ()
    shared_tables: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[type, ...]:
        """The contract classes that it calls, those among them that it can do without."""
        return contracts_of(self.dependencies)

    @property
    def optional(self) -> frozenset[type]:
        """The contract classes that it can do without."""
        return optional_of(self.dependencies)

    @property
    def has_database(self) -> bool:
        """Whether it keeps data."""
        return asks_for(DependencyKind.DATABASE, self.dependencies) or self.has_engine

    @property
    def has_engine(self) -> bool:
        """Whether it uses its database by an engine of SQLAlchemy."""
        return asks_for_engine(self.dependencies)

    @property
    def settings(self) -> type[Settings] | None:
        """The class of settings that it asks for."""
        leaves = (leaf for each in self.dependencies for leaf in each.leaves())
        return next((leaf.asked for leaf in leaves if leaf.kind is DependencyKind.SETTINGS), None)

    @property
    def publishes(self) -> bool:
        """Whether it publishes events."""
        return asks_for(DependencyKind.EVENTS, self.dependencies)

    @property
    def begins_sagas(self) -> bool:
        """Whether it begins sagas."""
        return asks_for(DependencyKind.SAGAS, self.dependencies)


@dataclass(frozen=True)
class Assembly:
    """An application, checked. Built by `assemble`."""

    name: str
    capabilities: Mapping[str, AssembledCapability]
    edge: Callable[..., Any] | None
    edge_dependencies: tuple[Dependency, ...]
    edge_deadline_s: float = EDGE_DEADLINE_S
    subscriptions: tuple[Subscription, ...] = ()
    edge_criticality: Mapping[str, Criticality] = field(default_factory=dict[str, Criticality])
    context: ContextKind | None = None
    edge_clients: tuple[Dependency, ...] = ()

    @property
    def edge_calls(self) -> tuple[Dependency, ...]:
        """All that the edge asks for: by its parameters, and by `Application(…, clients=[…])`."""
        return (*self.edge_dependencies, *self.edge_clients)

    def contract(self, python: type) -> ContractDescription | None:
        """The description of a contract class that this application has a capability for, or of what takes its events."""
        return self._by_contract.get(python)

    @cached_property
    def call_graph(self) -> Mapping[str, frozenset[str]]:
        """Which capability calls which, as their constructors declare it."""
        return {name: self._names(capability.needs) for name, capability in self.capabilities.items()}

    @cached_property
    def deliveries(self) -> Mapping[str, ContractDescription]:
        """Subscriber → the operations by which it gets events, as if they were a contract of their own."""
        found: dict[str, ContractDescription] = {}
        for name, capability in self.capabilities.items():
            operations = {each.delivery.name: each.delivery for each in self.subscriptions if each.subscriber == name}
            if operations:
                # Each needs a class of its own, since clients are kept by the class of a contract.
                python = type(f"Handlers of {name}", (), {})
                found[name] = replace(capability.contract, python=python, operations=operations, events=())
        return found

    @property
    def packages(self) -> frozenset[str]:
        """The top-level packages that its own code is in, as far as contracts and the edge tell."""
        python = [capability.contract.python for capability in self.capabilities.values()]
        edge = self.edge.place if isinstance(self.edge, ImportedEdge) else str(getattr(self.edge, "__module__", ""))
        modules = [*(each.__module__ for each in python), edge.partition(":")[0]]
        return frozenset(module.partition(".")[0] for module in modules)

    def opened_edge(self) -> tuple[Callable[..., Any], tuple[Dependency, ...]] | None:
        """What makes the edge, and what that asks for, imported where it has to be; raises what `opened_edge` raises."""
        known = contracts_of(self.edge_calls)
        return None if self.edge is None else opened_edge(self.edge, self.edge_dependencies, known)

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
                optional=self._names(tuple(capability.optional)),
                has_database=capability.has_database,
                has_settings=capability.settings is not None,
                has_implementation=capability.implementation is not None,
                missing=self._missing(capability.needs),
                notifies=frozenset(each.subscriber for each in self.subscriptions if each.publisher == name),
                sagas=frozenset(each.name for each in capability.sagas),
                operations=tuple(each.wire_name for each in capability.contract.operations.values()),
                shared_tables=capability.shared_tables,
            )
            for name, capability in self.capabilities.items()
        }
        edge_needs = contracts_of(self.edge_calls)
        return ApplicationFacts(
            capabilities=facts,
            has_edge=self.edge is not None,
            edge_needs=self._names(edge_needs),
            edge_optional=self._names(tuple(optional_of(self.edge_calls))),
            edge_missing=self._missing(edge_needs),
        )

    @cached_property
    def _by_contract(self) -> Mapping[type, ContractDescription]:
        contracts = [capability.contract for capability in self.capabilities.values()]
        return {contract.python: contract for contract in (*contracts, *self.deliveries.values())}

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
    violations += claimed_twice({name: each.shared_tables for name, each in capabilities.items()})
    edge, edge_dependencies = read_edge(application, violations)
    context = read_context(application, violations)
    edge_clients = read_clients(application, violations)
    if violations:
        # A message that several operations use is reported once.
        raise InvalidInput(f"application {application.name!r}", dict.fromkeys(violations))
    subscriptions, violations = subscribe_all(
        {name: capability.contract for name, capability in capabilities.items()},
        {name: capability.handlers for name, capability in capabilities.items()},
    )
    if violations:
        raise InvalidInput(f"application {application.name!r}", violations)
    return Assembly(
        application.name,
        capabilities,
        edge,
        edge_dependencies,
        application.edge_deadline_s,
        subscriptions,
        {path: Criticality(each) for path, each in application.edge_criticality.items()},
        context,
        edge_clients,
    )


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
    has_database = asks_for(DependencyKind.DATABASE, dependencies)
    has_engine = asks_for_engine(dependencies)
    if capability.migrations and not has_database and not has_engine:
        violations.append(rules.UNUSED_MIGRATIONS.broken(where))
    if asks_for(DependencyKind.EVENTS, dependencies):
        violations += [rules.PUBLISHES_NOTHING.broken(where)] if not contract.events else []
        violations += [rules.NO_OUTBOX.broken(where)] if not has_database else []
    handlers = handlers_of_capability(capability, contract, where, violations)
    violations += engine_problems(contract, handlers, where, has_database=has_database) if has_engine else []
    sagas = _sagas(capability, dependencies, where, violations)
    shared, found = read_shared_tables(
        capability.shared_tables, where, has_implementation=capability.implementation is not None
    )
    violations += found
    return AssembledCapability(
        contract, capability.implementation, dependencies, capability.migrations, handlers, sagas, shared
    )


def _sagas(
    capability: Capability, dependencies: tuple[Dependency, ...], where: str, violations: list[Violation]
) -> tuple[Definition, ...]:
    service = None if capability.implementation is None else service_class(capability.implementation)
    sagas, found = read_sagas(service)
    violations += found
    begins = asks_for(DependencyKind.SAGAS, dependencies)
    if begins and not asks_for(DependencyKind.DATABASE, dependencies):
        violations.append(rules.NO_JOURNAL.broken(where))
    is_itself = service is not None and service is capability.implementation
    if begins and service is None:
        violations.append(rules.SAGAS_HIDDEN.broken(where))
    elif begins and not (sagas or found):
        violations.append(rules.NO_SAGAS.broken(where))
    elif sagas and is_itself and not begins:
        # A function that builds the service may give it others, that keep nothing.
        violations.append(rules.SAGAS_UNUSED.broken(where))
    return sagas


def _is_capability(thing: object) -> bool:
    """What the type checker of the user promises, and their interpreter does not."""
    return isinstance(thing, Capability)


def _add(capability: AssembledCapability, to: dict[str, AssembledCapability], violations: list[Violation]) -> None:
    name = capability.contract.capability
    if name in to:
        first, second = to[name].contract.service, capability.contract.service
        violations.append(rules.DUPLICATE.broken(f"capability {name!r}", first=first, second=second))
    to[name] = capability
