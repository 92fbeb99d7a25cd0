"""The sagas of a service: read from its class, checked, with what is needed to keep their arguments and answers."""

import inspect
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plures.contract import (
    Criticality,
    OperationDescription,
    Unresolvable,
    annotations_of,
    is_contract,
    members_of,
    read_contract,
    read_work,
    signature_of,
)
from plures.errors import Violation
from plures.runtime import answer_shape

from . import rules
from .calling import Called
from .declaration import SAGA, SagaDeclaration
from .handle import Saga


@dataclass(frozen=True)
class Definition:
    """One version of a saga.

    Attributes:
        method: The name of its method.
        operation: What it is begun with and ends with, as if it were an operation.
    """

    name: str
    version: int
    method: str
    declaration: SagaDeclaration
    operation: OperationDescription

    @cached_property
    def ending(self) -> Called:
        """Its end, as if it were a step."""
        return Called(self.name, self.operation, is_own=True, fits=answer_shape(self.operation))

    @property
    def key(self) -> tuple[str, int]:
        return self.name, self.version


def sagas_of(service: type) -> Iterator[tuple[str, Any, SagaDeclaration]]:
    """The methods of a class with `@saga()`, by name."""
    for name, method in members_of(service):
        declaration = getattr(method, SAGA, None)
        if isinstance(declaration, SagaDeclaration):
            yield name, method, declaration


def read_sagas(service: type | None) -> tuple[tuple[Definition, ...], list[Violation]]:
    """The sagas of a service, and what is wrong with them. None where its class cannot be known."""
    found: dict[tuple[str, int], Definition] = {}
    violations: list[Violation] = []
    for name, method, declaration in sagas_of(service) if service is not None else ():
        where = f"{service.__qualname__}.{name}" if service is not None else name
        if problem := _problem(method, declaration):
            violations.append(rules.SAGA.broken(where, problem=problem))
            continue
        operation, wrong = read_work(
            service or object, path_of(service or object), method, errors=declaration.errors, passed_over=2
        )
        violations += wrong
        definition = Definition(declaration.name or name, declaration.version, name, declaration, operation)
        if definition.key in found:
            violations.append(rules.TWICE.broken(where, name=definition.name, version=definition.version))
        found[definition.key] = definition
    return tuple(found.values()), violations


def path_of(service: type) -> str:
    """`<package>.<Contract>` of the contract that a service implements; its own name where it implements none."""
    contract = next((base for base in service.__mro__ if is_contract(base)), None)
    return service.__qualname__ if contract is None else read_contract(contract)[0].service


def _problem(method: Any, declaration: SagaDeclaration) -> str:
    if not inspect.iscoroutinefunction(method):
        return "it is no coroutine"
    parameters = list(signature_of(method).parameters)[1:]
    try:
        hints = annotations_of(method)
    except Unresolvable as error:
        return f"an annotation cannot be resolved: {error}"
    limit = declaration.deadline_s
    problems = {
        f"criticality={declaration.criticality!r} is none": declaration.criticality not in tuple(Criticality),
        "its first parameter after self is no Saga": not parameters or hints.get(parameters[0]) is not Saga,
        "it does not say what it returns": "return" not in hints,
        f"version={declaration.version!r} is not 1 or more": declaration.version < 1,
        f"attempts={declaration.attempts!r} is not 1 or more": declaration.attempts < 1,
        f"deadline_s={limit!r} is no length of time": limit is not None and not 0 < limit < math.inf,
    }
    return next((problem for problem, is_so in problems.items() if is_so), "")
