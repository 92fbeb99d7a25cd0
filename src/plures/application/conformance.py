"""Does a service offer what its contract promises? Names, kinds and defaults of parameters, and whether it is async.

Types are the type checker's business; a default that differs is ours, since it would differ only where the call is local.
"""

import inspect
import typing
from collections.abc import Callable
from typing import Any

from plures.contract import ContractDescription, OperationDescription, is_contract
from plures.errors import Violation

from .dependencies import UNRESOLVABLE


def check_conformance(contract: ContractDescription, implementation: Callable[..., Any]) -> list[Violation]:
    """What a service lacks. Empty when its class cannot be known before it is built."""
    service = service_class(implementation)
    if service is None:
        return []
    where = f"{service.__qualname__} (implements {contract.python.__qualname__})"
    violations: list[Violation] = []
    for operation in contract.operations.values():
        method = inspect.getattr_static(service, operation.name, None)
        if not inspect.isfunction(method):
            what = f"has no method {operation.name!r}"
            violations.append(
                Violation("application.operation_missing", where, what, f"Write `{_declaration(operation)}`.")
            )
            continue
        violations += [
            Violation(
                "application.operation_differs",
                f"{where}.{operation.name}",
                what,
                f"Write `{_declaration(operation)}`.",
            )
            for what in _differences(operation, method)
        ]
    return violations


def service_class(implementation: Callable[..., Any]) -> type | None:
    """The class of what an implementation builds, as far as it says."""
    if inspect.isclass(implementation):
        return implementation
    try:
        returned = typing.get_type_hints(implementation).get("return")
    except (*UNRESOLVABLE, TypeError):
        return None
    tells = inspect.isclass(returned) and returned not in (Any, object) and not is_contract(returned)
    return returned if tells else None


def _differences(operation: OperationDescription, method: Callable[..., Any]) -> list[str]:
    promised = list(operation.signature.parameters.values())
    offered = list(inspect.signature(method).parameters.values())[1:]
    found: list[str] = []
    if [p.name for p in promised] != [p.name for p in offered]:
        found.append(f"takes ({', '.join(p.name for p in offered)}) instead of ({', '.join(p.name for p in promised)})")
    else:
        pairs = list(zip(promised, offered, strict=True))
        found += [
            f"parameter {o.name!r} defaults to {_default(o)} instead of {_default(p)}"
            for p, o in pairs
            if p.default != o.default
        ]
        found += [
            f"parameter {o.name!r} is {o.kind.description} instead of {p.kind.description}"
            for p, o in pairs
            if o.kind not in (p.kind, o.POSITIONAL_OR_KEYWORD)
        ]
    if operation.streams and inspect.iscoroutinefunction(method):
        found.append("is a coroutine, but the contract streams")
    elif not operation.streams and inspect.isasyncgenfunction(method):
        found.append("streams, but the contract does not")
    elif not operation.streams and not inspect.iscoroutinefunction(method):
        found.append("is not `async def`")
    return found


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
    return f"async def {operation.name}({', '.join(names)}): {suffix}"
