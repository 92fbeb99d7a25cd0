"""A contract class → its description. Finds all violations at once."""

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from plures.errors import Violation

from . import rules
from .codec import Codec
from .declare import CONTRACT, OPERATION, ContractDeclaration, Stability, stability_of
from .description import ContractDescription, ErrorDescription
from .event_reader import EventReader
from .names import is_contract_name, is_spellable, pascal
from .operation_reader import OperationReader
from .type_reader import TypeReader, is_message


def is_contract(annotation: object) -> bool:
    """Whether `@contract` was put on this very class."""
    return isinstance(annotation, type) and CONTRACT in vars(annotation)


def read_contract(python: type) -> tuple[ContractDescription, list[Violation]]:
    """Read a contract class. With violations, the description must not be used."""
    reader = TypeReader()
    violations = reader.violations
    declared: ContractDeclaration = vars(python)[CONTRACT]
    where = f"contract {python.__qualname__}"
    if not is_contract_name(declared.name):
        violations.append(rules.NAME.broken(where, name=declared.name))
    if not declared.owner.strip():
        violations.append(rules.OWNER.broken(where))
    violations.extend(_standing(declared, where))
    derived = declared.derived
    capability = declared.name.rsplit(".", 2)[-2] if declared.name.count(".") > 0 else declared.name
    service = f"{declared.name}.{python.__name__ if derived is None else pascal(capability)}"
    methods = _methods(python)
    if derived is not None:
        for name in sorted(derived.named - methods.keys()):
            violations.append(rules.NO_SUCH_METHOD.broken(where, name=name))
        methods = {name: each for name, each in methods.items() if name in (derived.operations or methods)}
    for name, method in methods.items():
        if derived is None and not hasattr(method, OPERATION):
            violations.append(rules.UNDECLARED_OPERATION.broken(f"{where}.{name}"))
        elif not is_spellable(name):
            violations.append(rules.OPERATION_NAME.broken(f"{where}.{name}"))
    errors: dict[type, ErrorDescription] = {}
    operations = {
        name: OperationReader(
            reader, service, python, method, None if derived is None else derived.declaration(name), errors=errors
        ).read()
        for name, method in methods.items()
        if derived is not None or hasattr(method, OPERATION)
    }
    if not operations:
        violations.append(rules.EMPTY.broken(where))
    doc = inspect.cleandoc(python.__doc__ or "")
    events = EventReader(reader, service, where).read(declared.events)
    description = ContractDescription(
        python,
        declared.name,
        capability,
        service,
        declared.owner,
        doc,
        operations,
        events,
        stability_of(declared.stability),
        declared.sunset,
        declared.deprecated,
    )
    return description, violations


def read_message(annotation: object, where: str) -> tuple[Codec | None, list[Violation]]:
    """What writes and reads a message that stands in no contract; None where the class is none, or with violations."""
    if not is_message(annotation):
        return None, []
    reader = TypeReader()
    message = reader.message(annotation, where)
    return None if reader.violations else Codec(message), reader.violations


def _standing(declared: ContractDeclaration, where: str) -> Iterator[Violation]:
    """What is wrong with the promise that a contract makes, and with its end."""
    if declared.stability not in tuple(Stability):
        yield rules.STABILITY.broken(where, stability=declared.stability)
        return
    # A type checker sees what is no day, but not every user runs one.
    days: dict[str, Any] = {"sunset": declared.sunset, "deprecated": declared.deprecated}
    strange = {name: day for name, day in days.items() if day is not None and type(day) is not date}
    for name, day in strange.items():
        yield rules.SUNSET.broken(where, problem=f"{name}={day!r} is no day")
    if strange or declared.stability == Stability.DEPRECATED:
        if not strange and declared.deprecated is None:
            # Answers say since when (RFC 9745), and without a day they would say nothing.
            yield rules.SUNSET.broken(where, problem="it is deprecated, and has no day from which on it is")
        elif not strange and declared.sunset is not None and days["sunset"] < days["deprecated"]:
            yield rules.SUNSET.broken(where, problem="its sunset is before the day from which on it is deprecated")
    elif declared.sunset is not None:
        yield rules.SUNSET.broken(where, problem=f"it is {declared.stability}, and has a sunset")
    elif declared.deprecated is not None:
        problem = f"it is {declared.stability}, and has a day from which on it is deprecated"
        yield rules.SUNSET.broken(where, problem=problem)


def _methods(python: type) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for base in reversed(python.__mro__):
        if base.__module__ not in ("typing", "typing_extensions", "builtins"):
            found |= {name: value for name, value in vars(base).items() if inspect.isfunction(value)}
    return {name: method for name, method in found.items() if not name.startswith("_")}
