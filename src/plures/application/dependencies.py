"""What a constructor asks for: read from its annotations."""

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec

from plures.contract import Unresolvable, is_contract, signature_of
from plures.data import Database
from plures.errors import Violation
from plures.events import Events
from plures.optional import Optionally
from plures.sagas import Sagas

from . import rules
from .implementation import hints_of, show
from .lifecycle import Lifecycle
from .settings import Settings, field_problems
from .settings import rules as settings_rules

_VARIADIC: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

_MAY_BE_ABSENT: Final = (Optionally, Union, UnionType)


class DependencyKind(Enum):
    """What may be asked for."""

    CONTRACT = "contract"
    DATABASE = "database"
    ENGINE = "engine"
    SESSIONS = "sessions"
    EVENTS = "events"
    SAGAS = "sagas"
    LIFECYCLE = "lifecycle"
    SETTINGS = "settings"
    GROUP = "group"


_PROVIDED: Final = (
    (DependencyKind.DATABASE, Database),
    (DependencyKind.EVENTS, Events),
    (DependencyKind.SAGAS, Sagas),
    (DependencyKind.LIFECYCLE, Lifecycle),
)


class Dependency(msgspec.Struct, frozen=True):
    """One parameter of a constructor.

    Attributes:
        asked: The class that its annotation names.
        members: What a group, a frozen dataclass, asks for in turn; empty for all others.
        is_optional: Whether its owner can do without it: `Optionally[…]` of a contract.
    """

    parameter: str
    kind: DependencyKind
    asked: type
    members: tuple["Dependency", ...] = ()
    is_optional: bool = False

    def leaves(self) -> Iterator["Dependency"]:
        """What it comes down to: itself, or what its members come down to."""
        if self.kind is not DependencyKind.GROUP:
            yield self
        for member in self.members:
            yield from member.leaves()


Found = tuple[tuple[Dependency, ...], list[Violation]]


def read_dependencies(implementation: Callable[..., Any], where: str) -> Found:
    """The dependencies of an implementation or an edge, and what is wrong with its parameters."""
    dependencies, violations = _read(implementation, where, within=())
    if inspect.iscoroutinefunction(implementation):
        violations.append(rules.COROUTINE.broken(where))
    if inspect.isasyncgenfunction(implementation):
        violations.append(rules.BARE_GENERATOR.broken(where))
    if inspect.isgeneratorfunction(inspect.unwrap(implementation)):
        violations.append(rules.SYNCHRONOUS_GENERATOR.broken(where))
    return dependencies, violations


def _read(asking: Callable[..., Any], where: str, within: tuple[type, ...]) -> Found:
    try:
        parameters = signature_of(asking).parameters
        hints = hints_of(asking)
    except Unresolvable as error:
        return (), [rules.UNRESOLVED.broken(where, error=error)]
    except (TypeError, ValueError) as error:
        return (), [rules.NOT_INSPECTABLE.broken(where, error=error)]
    found: list[Dependency] = []
    violations: list[Violation] = []
    for name, parameter in parameters.items():
        dependency, wrong = _dependency(name, hints.get(name), where, within)
        has_default = parameter.default is not parameter.empty
        is_left_alone = has_default and (dependency is None or wrong) and not _means_contract(hints.get(name))
        if parameter.kind in _VARIADIC or is_left_alone:
            continue
        if dependency is not None and parameter.kind is parameter.POSITIONAL_ONLY:
            wrong = [rules.POSITIONAL_ONLY.broken(where, name=name)]
        elif dependency is not None:
            found.append(dependency)
        violations += wrong
    if sum(dependency.kind is DependencyKind.DATABASE for dependency in found) > 1:
        violations.append(rules.TWO_DATABASES.broken(where))
    if sum(dependency.kind is DependencyKind.SETTINGS for dependency in found) > 1:
        violations.append(rules.TWO_SETTINGS.broken(where))
    return tuple(found), violations


def _dependency(
    name: str, annotation: Any, where: str, within: tuple[type, ...]
) -> tuple[Dependency | None, list[Violation]]:
    provided = _provided(annotation)
    if provided is not None:
        return Dependency(name, *provided), []
    if is_contract(annotation):
        return Dependency(name, DependencyKind.CONTRACT, annotation), []
    if annotation is Optionally or get_origin(annotation) in _MAY_BE_ABSENT:
        return _optional(name, annotation, where)
    if isinstance(annotation, type):
        return _class(name, annotation, where, within)
    return None, [rules.NOT_PROVIDED.broken(where, name=name, wanted=show(annotation))]


def _class(
    name: str, annotation: type[Any], where: str, within: tuple[type, ...]
) -> tuple[Dependency | None, list[Violation]]:
    if issubclass(annotation, Settings):
        wrong = [f"{field} {problem}" for field, problem in field_problems(annotation)]
        violations = [settings_rules.KIND.broken(where, problem=problem) for problem in wrong]
        return Dependency(name, DependencyKind.SETTINGS, annotation), violations
    if any(map(is_contract, annotation.__mro__)):
        return None, [rules.CONCRETE_SERVICE.broken(where, name=name, service=annotation.__qualname__)]
    if dataclasses.is_dataclass(annotation):
        return _group(name, annotation, where, within)
    return None, [rules.NOT_PROVIDED.broken(where, name=name, wanted=show(annotation))]


def _provided(annotation: Any) -> tuple[DependencyKind, type] | None:
    """What the host has for it, and its class; a session's for `sessionmaker[Session]`."""
    for kind, provided in _PROVIDED:
        if annotation is provided:
            return kind, provided
    # Who annotates with them has imported SQLAlchemy.
    alchemy, orm = sys.modules.get("sqlalchemy"), sys.modules.get("sqlalchemy.orm")
    if alchemy is not None and annotation is alchemy.Engine:
        return DependencyKind.ENGINE, annotation
    if orm is not None and orm.sessionmaker in (annotation, get_origin(annotation)):
        return DependencyKind.SESSIONS, next(iter(get_args(annotation)), orm.Session)
    return None


def _means_contract(annotation: Any) -> bool:
    """Whether it may only be meant as an optional contract, so that a default would always stay: `Reviews | None = None`."""
    return get_origin(annotation) in _MAY_BE_ABSENT and any(map(is_contract, get_args(annotation)))


def _optional(name: str, annotation: Any, where: str) -> tuple[Dependency | None, list[Violation]]:
    """`Optionally[Reviews]`, and what is often written in its place: `Reviews | None`."""
    contract: Any = next((each for each in get_args(annotation) if is_contract(each)), None)
    if get_origin(annotation) is not Optionally and contract is not None:
        return None, [rules.OR_NONE.broken(where, name=name, contract=show(contract))]
    if get_origin(annotation) is not Optionally and annotation is not Optionally:
        return None, [rules.NOT_PROVIDED.broken(where, name=name, wanted=show(annotation))]
    if contract is None:
        return None, [rules.OPTIONAL_OF.broken(where, name=name, wanted=show(next(iter(get_args(annotation)), None)))]
    return Dependency(name, DependencyKind.CONTRACT, contract, is_optional=True), []


def _group(name: str, group: type, where: str, within: tuple[type, ...]) -> tuple[Dependency | None, list[Violation]]:
    if group in within:
        return None, [rules.ENDLESS_GROUP.broken(where, name=name, group=group.__qualname__)]
    if not _is_frozen(group):
        return None, [rules.MUTABLE_GROUP.broken(where, name=name, group=group.__qualname__)]
    members, violations = _read(group, f"{where}, {group.__qualname__}", (*within, group))
    if not members and not violations:
        return None, [rules.NOT_PROVIDED.broken(where, name=name, wanted=show(group))]
    return Dependency(name, DependencyKind.GROUP, group, members), violations


def _is_frozen(dataclass_: Any) -> bool:
    # The standard library has no public word for it.
    return bool(dataclass_.__dataclass_params__.frozen)


def asks_for(kind: DependencyKind, dependencies: tuple[Dependency, ...]) -> bool:
    """Whether one of them, or of the members of a group, is of this kind."""
    return any(leaf.kind is kind for each in dependencies for leaf in each.leaves())


def asks_for_engine(dependencies: tuple[Dependency, ...]) -> bool:
    """Whether one of them is an engine of SQLAlchemy, or what makes sessions on one."""
    return any(asks_for(kind, dependencies) for kind in (DependencyKind.ENGINE, DependencyKind.SESSIONS))


def contracts_of(dependencies: tuple[Dependency, ...]) -> tuple[type, ...]:
    """The contract classes that they come down to."""
    leaves = (leaf for dependency in dependencies for leaf in dependency.leaves())
    return tuple(dict.fromkeys(leaf.asked for leaf in leaves if leaf.kind is DependencyKind.CONTRACT))


def optional_of(dependencies: tuple[Dependency, ...]) -> frozenset[type]:
    """What is asked for as optional, and nowhere else as needed."""
    leaves = [leaf for dependency in dependencies for leaf in dependency.leaves()]
    needed = {leaf.asked for leaf in leaves if not leaf.is_optional}
    return frozenset(leaf.asked for leaf in leaves if leaf.is_optional and leaf.asked not in needed)
