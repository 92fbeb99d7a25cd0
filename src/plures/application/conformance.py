"""Does a service offer what its contract promises? Names, kinds, defaults and types of parameters, the answer, and `async`."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from plures.contract import (
    ContractDescription,
    OperationDescription,
    Unresolvable,
    annotations_of,
    derivation_of,
    signature_of,
)
from plures.errors import Violation

from . import rules
from .assignability import fits
from .implementation import service_class, show


def check_conformance(contract: ContractDescription, implementation: Callable[..., Any]) -> list[Violation]:
    """What a service lacks. Empty when its class cannot be known before it is built."""
    service = service_class(implementation)
    if service is None:
        return []
    where = f"{service.__qualname__} (implements {contract.python.__qualname__})"
    return [
        violation
        for operation in contract.operations.values()
        for violation in _check(operation, service, contract.python, where)
    ]


def _check(operation: OperationDescription, service: type, contract: type, where: str) -> list[Violation]:
    name, declaration = operation.name, _declaration(operation)
    method = inspect.getattr_static(service, name, None)
    declared = inspect.getattr_static(contract, name)
    if method is declared and derivation_of(contract) is not None:
        return []
    if method is declared:
        return [rules.OPERATION_INHERITED.broken(where, name=name, declaration=declaration)]
    if not inspect.isfunction(method):
        return [rules.OPERATION_MISSING.broken(where, name=name, declaration=declaration)]
    differences = [*_parameter_differences(operation, method), *_async_differences(operation, method)]
    differences += _type_differences(_hints(declared), _hints(method)) if not differences else []
    return [
        rules.OPERATION_DIFFERS.broken(f"{where}.{name}", difference=difference, declaration=declaration)
        for difference in differences
    ]


def _parameter_differences(operation: OperationDescription, method: Callable[..., Any]) -> list[str]:
    promised = list(operation.signature.parameters.values())
    offered = list(signature_of(method).parameters.values())[1:]
    if [p.name for p in promised] != [p.name for p in offered]:
        return [f"takes ({', '.join(p.name for p in offered)}) instead of ({', '.join(p.name for p in promised)})"]
    pairs = list(zip(promised, offered, strict=True))
    # A default that differs would apply only where the caller is in the same process.
    defaults = [
        f"parameter {o.name!r} defaults to {_default(o)} instead of {_default(p)}"
        for p, o in pairs
        if p.default != o.default
    ]
    kinds = [
        f"parameter {o.name!r} is {o.kind.description} instead of {p.kind.description}"
        for p, o in pairs
        if o.kind not in (p.kind, o.POSITIONAL_OR_KEYWORD)
    ]
    return defaults + kinds


def _async_differences(operation: OperationDescription, method: Callable[..., Any]) -> list[str]:
    if operation.streams and inspect.iscoroutinefunction(method):
        return ["is a coroutine, but the contract streams"]
    if operation.streams:
        return ["is not `async def`, as a stream has to be"] if inspect.isgeneratorfunction(method) else []
    if inspect.isasyncgenfunction(method) or inspect.isgeneratorfunction(method):
        return ["streams, but the contract does not"]
    # A plain function runs in a thread, but this one only makes what is to be awaited.
    makes_coroutine = not inspect.iscoroutinefunction(method) and inspect.iscoroutinefunction(inspect.unwrap(method))
    return ["is not `async def`, though what it wraps is"] if makes_coroutine else []


def _type_differences(promised: Mapping[str, Any], offered: Mapping[str, Any]) -> list[str]:
    """Types that contradict. What the service does not annotate, and what is hard to judge, is left to the type checker."""
    differences: list[str] = []
    for name, wanted in promised.items():
        given = offered.get(name, Any)
        if name == "return" and not fits(given, wanted):
            differences.append(f"returns {show(given)} instead of {show(wanted)}")
        elif name != "return" and not fits(wanted, given):
            differences.append(f"parameter {name!r} is {show(given)} instead of {show(wanted)}")
    return differences


def _hints(method: Any) -> dict[str, Any]:
    try:
        return annotations_of(method)
    except (Unresolvable, TypeError):
        return {}


def _default(parameter: inspect.Parameter) -> str:
    return "nothing" if parameter.default is parameter.empty else repr(parameter.default)


def _declaration(operation: OperationDescription) -> str:
    names = ["self"]
    for parameter in operation.signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        has_default = parameter.default is not parameter.empty
        names.append(f"{parameter.name}={parameter.default!r}" if has_default else parameter.name)
    suffix = "yield …" if operation.streams else "…"
    return f"{'' if operation.blocks else 'async '}def {operation.name}({', '.join(names)}): {suffix}"
