"""Application → assembly: contracts described, dependencies read, everything checked, all violations at once."""

import re
from typing import Final

from plures.contract import Criticality, is_contract, read_contract
from plures.data import check_migrations
from plures.errors import InvalidInput, Violation
from plures.sagas import Definition, read_sagas

from . import rules
from .application import Application, Capability
from .assembly import AssembledCapability, Assembly
from .conformance import check_conformance
from .dependencies import Dependency, DependencyKind, asks_for, asks_for_engine, read_dependencies
from .edge import read_clients, read_context, read_edge
from .engines import engine_problems
from .implementation import service_class
from .settings import clashes
from .shared_tables import claimed_twice, read_shared_tables
from .subscriptions import handlers_of_capability, subscribe_all
from .versions import AssembledVersion, read_older

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")


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
    if not violations:
        # Those of settings that cannot be read are told above.
        violations += clashes({name: each.settings for name, each in capabilities.items()})
    violations += claimed_twice({name: each.shared_tables for name, each in capabilities.items()})
    edge, edge_dependencies = read_edge(application, violations)
    context = read_context(application, violations)
    edge_clients = read_clients(application, violations)
    if violations:
        # A message that several operations use is reported once.
        raise InvalidInput(f"application {application.name!r}", dict.fromkeys(violations))
    subscriptions, violations = subscribe_all(
        {name: capability.contracts for name, capability in capabilities.items()},
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
    newest = AssembledVersion(contract, capability.implementation, dependencies)
    older = read_older(capability, newest, violations)
    own, dependencies = dependencies, (*dependencies, *(asked for each in older for asked in each.dependencies))
    has_database = asks_for(DependencyKind.DATABASE, dependencies)
    has_engine = asks_for_engine(dependencies)
    if capability.migrations and not has_database and not has_engine:
        violations.append(rules.UNUSED_MIGRATIONS.broken(where))
    if asks_for(DependencyKind.EVENTS, dependencies):
        has_events = any(each.contract.events for each in (newest, *older))
        violations += [rules.PUBLISHES_NOTHING.broken(where)] if not has_events else []
        violations += [rules.NO_OUTBOX.broken(where)] if not has_database else []
    handlers = handlers_of_capability(capability, contract, where, violations)
    for each in (contract, *(each.contract for each in older)) if has_engine else ():
        violations += engine_problems(each, handlers, where, has_database=has_database)
    sagas = _sagas(capability, own, where, violations)
    shared, found = read_shared_tables(
        capability.shared_tables, where, has_implementation=capability.implementation is not None
    )
    violations += found
    return AssembledCapability(
        contract, capability.implementation, own, capability.migrations, handlers, sagas, shared, older
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
        first, second = to[name].contract, capability.contract
        rule = rules.DUPLICATE if first.family != second.family or first.name == second.name else rules.VERSIONS_APART
        violations.append(rule.broken(f"capability {name!r}", first=first.service, second=second.service))
    to[name] = capability
