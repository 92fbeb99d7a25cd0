"""An application, checked: what each capability asks for, who calls whom, and what of it the topology has to know. `assembling` makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from plures.contract import (
    ContractDescription,
    Criticality,
)
from plures.data import Migrations
from plures.runtime import ContextKind
from plures.sagas import Definition
from plures.topology import ApplicationFacts, CapabilityFacts

from .application import EDGE_DEADLINE_S
from .dependencies import (
    Dependency,
    DependencyKind,
    asks_for,
    asks_for_engine,
    contracts_of,
    optional_of,
)
from .edge import ImportedEdge, opened_edge
from .settings import Settings
from .subscriptions import Handler, Subscription
from .versions import AssembledVersion

EDGE: Final = "the edge"
"""What the edge is called among capabilities; none of them can have this name."""


class AssembledCapability(msgspec.Struct, frozen=True):
    """One capability, checked; `implementation` is None where it runs elsewhere.

    Attributes:
        contract: The newest version of it.
        dependencies: What the implementation of the newest version asks for.
        older: The versions that it serves too, the youngest of them first.
    """

    contract: ContractDescription
    implementation: Callable[..., Any] | None
    dependencies: tuple[Dependency, ...]
    migrations: Migrations
    handlers: tuple[Handler, ...] = ()
    sagas: tuple[Definition, ...] = ()
    shared_tables: tuple[str, ...] = ()
    older: tuple[AssembledVersion, ...] = ()

    @property
    def versions(self) -> tuple[AssembledVersion, ...]:
        """All that it serves, the newest first."""
        return (AssembledVersion(self.contract, self.implementation, self.dependencies), *self.older)

    @property
    def contracts(self) -> tuple[ContractDescription, ...]:
        """All versions of its contract, the newest first."""
        return (self.contract, *(each.contract for each in self.older))

    @property
    def asked(self) -> tuple[Dependency, ...]:
        """What the implementations of all versions ask for, but for each other."""
        own = {each.python for each in self.contracts}
        of_older = (asked for each in self.older for asked in each.dependencies)
        return (*self.dependencies, *(each for each in of_older if each.asked not in own))

    @property
    def needs(self) -> tuple[type, ...]:
        """The contract classes that it calls, those among them that it can do without."""
        return contracts_of(self.asked)

    @property
    def optional(self) -> frozenset[type]:
        """The contract classes that it can do without."""
        return optional_of(self.asked)

    @property
    def has_database(self) -> bool:
        """Whether it keeps data."""
        return asks_for(DependencyKind.DATABASE, self.asked) or self.has_engine

    @property
    def has_engine(self) -> bool:
        """Whether it uses its database by an engine of SQLAlchemy."""
        return asks_for_engine(self.asked)

    @property
    def settings(self) -> type[Settings] | None:
        """The class of settings that it asks for."""
        leaves = (leaf for each in self.asked for leaf in each.leaves())
        return next((leaf.asked for leaf in leaves if leaf.kind is DependencyKind.SETTINGS), None)

    @property
    def publishes(self) -> bool:
        """Whether it publishes events."""
        return asks_for(DependencyKind.EVENTS, self.asked)

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
    def contracts(self) -> tuple[ContractDescription, ...]:
        """All versions of all contracts, in the order of the application, the newest of each first."""
        return tuple(contract for capability in self.capabilities.values() for contract in capability.contracts)

    @cached_property
    def operation_names(self) -> Mapping[str, tuple[str, ...]]:
        """Capability → the names of its operations, each once, in all versions of its contract."""
        names = {name: [each.operations for each in it.contracts] for name, it in self.capabilities.items()}
        return {name: tuple(dict.fromkeys(each for one in its for each in one)) for name, its in names.items()}

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

    def told(self, contract: ContractDescription, operation: str) -> str:
        """What an operation is called among those of its capability: `find`, and `v1.find` in an older version of its contract."""
        is_newest = contract.name == self.capabilities[contract.capability].contract.name
        return operation if is_newest else f"{contract.version}.{operation}"

    @property
    def packages(self) -> frozenset[str]:
        """The top-level packages that its own code is in, as far as contracts and the edge tell."""
        python = [contract.python for contract in self.contracts]
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
                operations=_wire_names(capability),
                shared_tables=capability.shared_tables,
                versions=tuple(each.version for each in capability.contracts),
                needs_versions=self._versions(capability.needs),
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
            edge_needs_versions=self._versions(edge_needs),
        )

    def prepare(self) -> None:
        """Make ready what each host of it would make by itself, for processes that are forked from this one."""
        for contract in self._by_contract.values():
            for operation in contract.operations.values():
                operation.prepare()
        _ = self.facts, self.call_graph, self.operation_names

    @cached_property
    def _by_contract(self) -> Mapping[type, ContractDescription]:
        return {contract.python: contract for contract in (*self.contracts, *self.deliveries.values())}

    def _names(self, contracts: tuple[type, ...]) -> frozenset[str]:
        return frozenset(self._by_contract[python].capability for python in contracts if python in self._by_contract)

    def _versions(self, contracts: tuple[type, ...]) -> Mapping[str, tuple[str, ...]]:
        """Capability → the versions of its contract that are among these."""
        found: dict[str, list[str]] = {}
        for contract in self.contracts:
            if contract.python in contracts:
                found.setdefault(contract.capability, []).append(contract.version)
        return {name: tuple(versions) for name, versions in found.items()}

    def callers_of(self, contract: type) -> tuple[str, ...]:
        """Who declares to call this very version of a contract: the edge, and capabilities by their names."""
        edge = [EDGE] if contract in contracts_of(self.edge_calls) else []
        return (*edge, *sorted(name for name, each in self.capabilities.items() if contract in each.needs))

    def _missing(self, contracts: tuple[type, ...]) -> tuple[str, ...]:
        return tuple(python.__qualname__ for python in contracts if python not in self._by_contract)


def _wire_names(capability: AssembledCapability) -> tuple[str, ...]:
    names = (each.wire_name for contract in capability.contracts for each in contract.operations.values())
    return tuple(dict.fromkeys(names))
