"""What a capability says of the older versions of its contract, read and checked."""

from collections.abc import Iterator
from typing import Any, cast

from plures.application.application import Capability
from plures.application.conformance import check_conformance
from plures.application.dependencies import Dependency, DependencyKind, asks_for, contracts_of, read_dependencies
from plures.application.implementation import service_class, show
from plures.application.rules import NO_CONTRACT
from plures.application.subscriptions import handlers_of
from plures.contract import ContractDescription, is_contract, read_contract
from plures.errors import Violation
from plures.sagas import read_sagas

from . import rules
from .assembled import AssembledVersion


def read_older(
    capability: Capability, newest: AssembledVersion, violations: list[Violation]
) -> tuple[AssembledVersion, ...]:
    """The older versions, the youngest of them first; what is wrong with them is added to the violations."""
    where = f"capability {newest.contract.capability!r}"
    given = capability.older
    if not _is_list(given):
        violations.append(rules.NO_LIST.broken(where, given=given))
        return ()
    found: dict[str, AssembledVersion] = {}
    for each in given:
        if not is_contract(each.contract):
            violations.append(NO_CONTRACT.broken(f"{where}, older=[Capability({each.contract!r})]"))
            continue
        version, wrong = _version(each, newest)
        if version.contract.name in found:
            wrong.append(rules.TWICE.broken(where, older=version.contract.name))
        violations += wrong
        if not wrong:
            found[version.contract.name] = version
    return tuple(sorted(found.values(), key=lambda each: _number(each.contract), reverse=True))


def _version(older: Capability, newest: AssembledVersion) -> tuple[AssembledVersion, list[Violation]]:
    contract, violations = read_contract(older.contract)
    if violations:
        return AssembledVersion(contract, older.implementation, ()), violations
    where = f"{contract.name}, an older version of capability {newest.contract.capability!r}"
    violations += _misplaced(contract, newest.contract)
    violations += [rules.BELONGS_TO_NEWEST.broken(where, given=given) for given in _of_newest(older)]
    if (older.implementation is None) != (newest.implementation is None):
        here, elsewhere = "has an implementation", "has none, so that it runs elsewhere"
        own, its = (elsewhere, here) if older.implementation is None else (here, elsewhere)
        violations.append(rules.HERE_AND_ELSEWHERE.broken(where, where_it_runs=own, where_newest_runs=its))
    dependencies: tuple[Dependency, ...] = ()
    if older.implementation is not None:
        dependencies, found = read_dependencies(older.implementation, where)
        violations += found + check_conformance(contract, older.implementation)
        violations += _of_service(service_class(older.implementation), where)
        violations += _of_dependencies(dependencies, contract, newest, where)
    return AssembledVersion(contract, older.implementation, dependencies), violations


def _misplaced(contract: ContractDescription, newest: ContractDescription) -> Iterator[Violation]:
    where = f"capability {newest.capability!r}"
    if contract.family != newest.family:
        yield rules.OTHER_CONTRACT.broken(where, older=contract.name, contract=newest.name, family=newest.family)
    elif _number(contract) >= _number(newest):
        yield rules.NOT_OLDER.broken(where, older=contract.name, contract=newest.name)


def _of_newest(older: Capability) -> Iterator[str]:
    """What only the newest version may say."""
    for name, given in (
        ("migrations", older.migrations),
        ("subscriptions", older.subscriptions),
        ("shared_tables", older.shared_tables),
        ("older versions", older.older),
    ):
        if given:
            yield name


def _of_service(service: type | None, where: str) -> Iterator[Violation]:
    if service is None:
        return
    for name, _, _ in handlers_of(service):
        yield rules.BELONGS_TO_NEWEST.broken(where, given=f"the handler {name!r} of an event")
    sagas, wrong = read_sagas(service)
    if sagas or wrong:
        yield rules.SAGAS.broken(where)


def _of_dependencies(
    dependencies: tuple[Dependency, ...], contract: ContractDescription, newest: AssembledVersion, where: str
) -> Iterator[Violation]:
    if contract.python in contracts_of(dependencies):
        yield rules.ITSELF.broken(where)
    if asks_for(DependencyKind.SAGAS, dependencies):
        yield rules.SAGAS.broken(where)
    settings = _settings(newest.dependencies)
    for asked in _settings(dependencies):
        if settings and asked not in settings:
            yield rules.OTHER_SETTINGS.broken(where, asked=show(asked), settings=show(settings[0]))


def _settings(dependencies: tuple[Dependency, ...]) -> list[type]:
    leaves = (leaf for each in dependencies for leaf in each.leaves())
    return [leaf.asked for leaf in leaves if leaf.kind is DependencyKind.SETTINGS]


def _number(contract: ContractDescription) -> int:
    return int(contract.version.removeprefix("v"))


def _is_list(given: Any) -> bool:
    """What the type checker of the user promises, and their interpreter does not."""
    return isinstance(given, list | tuple) and all(isinstance(each, Capability) for each in cast("list[object]", given))
