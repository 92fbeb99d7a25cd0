"""What constructors are given while an application is read: clients that call nothing, and inert objects for the rest."""

from collections.abc import Callable
from typing import Any, cast

from plures.application import Assembly, Dependency, DependencyKind, Lifecycle
from plures.contract import OperationDescription
from plures.optional import Optionally
from plures.runtime import Client, bind


def arguments_of(assembly: Assembly, dependencies: tuple[Dependency, ...]) -> dict[str, Any]:
    """Parameter → stand-in."""
    return {each.parameter: _stand_in(assembly, each) for each in dependencies}


def _stand_in(assembly: Assembly, dependency: Dependency) -> Any:
    match dependency.kind:
        case DependencyKind.CONTRACT:
            client = client_of(assembly, dependency.asked) or Client(dependency.asked.__qualname__)
            optional: Any = Optionally(client)
            return optional if dependency.is_optional else client
        case DependencyKind.GROUP:
            return dependency.asked(**arguments_of(assembly, dependency.members))
        case DependencyKind.LIFECYCLE:
            return Lifecycle()
        case DependencyKind.SETTINGS:
            return cast("Any", object())
        case _:
            return cast("Any", object.__new__(dependency.asked))


def client_of(assembly: Assembly, python: Any) -> Client | None:
    """A client that calls nothing; None of what is no contract of the application."""
    contract = assembly.contract(python) if isinstance(python, type) else None
    if contract is None:
        return None
    client = Client(contract.service)
    bind(client, contract, _calls_nothing)
    return client


def _calls_nothing(operation: OperationDescription) -> Callable[..., Any]:
    async def call(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"{operation.full_name} was called while the application was only read")

    return call
