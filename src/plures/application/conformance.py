"""Does a service offer what its contract promises? Names, kinds and defaults of parameters, and whether it is async.

Types are the type checker's business; a default that differs is ours, since it would differ only where the call is local.
"""

import inspect
import typing
from collections.abc import Callable
from typing import Any

from plures.contract import ContractDescription, OperationDescription, is_contract
from plures.errors import Violation


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
    except (NameError, TypeError):
        return None
    return returned if inspect.isclass(returned) and not is_contract(returned) else None


def _differences(operation: OperationDescription, method: Callable[..., Any]) -> list[str]:
    promised = list(operation.signature.parameters.values())
    offered = list(inspect.signature(method).parameters.values())[1:]
    found: list[str] = []
    if [p.name for p in promised] != [p.name for p in offered]:
        found.append(f"takes ({', '.join(p.name for p in offered)}) instead of ({', '.join(p.name for p in promised)})")
    else:
        found += [
            f"parameter {o.name!r} defaults to {_default(o)} instead of {_default(p)}"
            for p, o in zip(promised, offered, strict=True)
            if p.default != o.default
        ]
    if operation.streams and inspect.iscoroutinefunction(method):
        found.append("is a coroutine, but the contract streams")
    elif not operation.streams and not inspect.iscoroutinefunction(method):
        found.append("is not `async def`")
    return found


def _default(parameter: inspect.Parameter) -> str:
    return "nothing" if parameter.default is parameter.empty else repr(parameter.default)


def _declaration(operation: OperationDescription) -> str:
    names = ", ".join(
        [
            "self",
            *(
                p.name if p.default is p.empty else f"{p.name}={p.default!r}"
                for p in operation.signature.parameters.values()
            ),
        ]
    )
    suffix = "with `yield`" if operation.streams else "…"
    return f"async def {operation.name}({names}): {suffix}"
