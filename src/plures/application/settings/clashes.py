"""Fields that would read one variable: of one class of settings, or of two capabilities."""

from collections.abc import Iterator, Mapping

from plures.errors import Violation

from . import rules
from .kinds import kinds_of, settings_in, variable_of
from .settings import Settings


def clashes(asked: Mapping[str, type[Settings] | None]) -> list[Violation]:
    """What cannot be told apart: capability → the class that it asks for."""
    readers: dict[str, str] = {}
    violations: list[Violation] = []
    for capability, settings in asked.items():
        for path in _paths(settings, ()) if settings is not None else ():
            where, variable = f"setting {'.'.join(path)} of {capability!r}", variable_of(capability, path)
            for name in (variable, f"{variable}_FILE"):
                if name in readers:
                    violations.append(rules.CLASH.broken(where, variable=name, other=readers[name]))
                    break
                readers[name] = where
    return violations


def _paths(settings: type[Settings], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, kind in kinds_of(settings).items():
        inner = settings_in(kind)
        if inner is None:
            yield (*path, name)
        else:
            yield from _paths(inner, (*path, name))
