"""What a constructor asks for: read from its annotations."""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from plures.contract import is_contract
from plures.data import Database
from plures.errors import Violation

from .lifecycle import Lifecycle

UNRESOLVABLE: Final = (NameError, AttributeError, SyntaxError)
"""What an annotation raises that is written as text and names nothing."""
_VARIADIC: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_UNNAMED: Final = (inspect.Parameter.POSITIONAL_ONLY, *_VARIADIC)


class Kind(Enum):
    """What may be asked for."""

    CONTRACT = "contract"
    DATABASE = "database"
    LIFECYCLE = "lifecycle"


@dataclass(frozen=True)
class Dependency:
    """One parameter of a constructor; `contract` is the class of a contract, else None."""

    parameter: str
    kind: Kind
    contract: type | None = None


def read_dependencies(implementation: Callable[..., Any], where: str) -> tuple[tuple[Dependency, ...], list[Violation]]:
    """The dependencies of an implementation or an edge, and what is wrong with its parameters."""
    try:
        signature = inspect.signature(implementation)
        hints = typing.get_type_hints(implementation.__init__ if inspect.isclass(implementation) else implementation)
    except UNRESOLVABLE as error:
        fix = "Import the name at run time; a name under `if TYPE_CHECKING:` is not enough."
        return (), [Violation("application.dependency", where, f"annotation cannot be resolved: {error}", fix)]
    except (TypeError, ValueError) as error:
        return (), [
            Violation(
                "application.implementation", where, f"cannot be inspected: {error}", "Pass a class or a function."
            )
        ]
    found: list[Dependency] = []
    violations: list[Violation] = []
    if inspect.iscoroutinefunction(implementation):
        what = "is built by a coroutine, which nobody awaits"
        fix = "Build it in a plain function, and await in a hook: `lifecycle.on_start(…)`."
        violations.append(Violation("application.implementation", where, what, fix))
    for name, parameter in signature.parameters.items():
        dependency = _dependency(name, hints.get(name))
        if dependency is not None and parameter.kind not in _UNNAMED:
            found.append(dependency)
        elif parameter.default is parameter.empty and parameter.kind not in _VARIADIC:
            violations.append(_not_provided(name, hints.get(name), where, is_unnamed=dependency is not None))
    if sum(dependency.kind is Kind.DATABASE for dependency in found) > 1:
        violations.append(
            Violation(
                "application.dependency", where, "asks for two databases", "A capability has one database; ask once."
            )
        )
    return tuple(found), violations


def _not_provided(name: str, annotation: Any, where: str, *, is_unnamed: bool) -> Violation:
    if is_unnamed:
        what = f"parameter {name!r} is positional only, and dependencies are passed by name"
        return Violation("application.dependency", where, what, "Remove the `/` from its parameters.")
    what = f"parameter {name!r} asks for {_show(annotation)}, which nobody provides"
    fix = "Ask for a contract, Database or Lifecycle, give it a default, or compose the service in a function."
    return Violation("application.dependency", where, what, fix)


def _dependency(name: str, annotation: Any) -> Dependency | None:
    if annotation is Database:
        return Dependency(name, Kind.DATABASE)
    if annotation is Lifecycle:
        return Dependency(name, Kind.LIFECYCLE)
    return Dependency(name, Kind.CONTRACT, annotation) if is_contract(annotation) else None


def _show(annotation: Any) -> str:
    if annotation is None:
        return "nothing (it has no annotation)"
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)
