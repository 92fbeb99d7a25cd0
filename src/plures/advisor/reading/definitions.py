"""The user's own words for components and teams, from a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from plures.errors import InvalidInput, Violation

CODE = "advisor.definitions"


@dataclass(frozen=True)
class Definitions:
    """What the user's file says.

    Attributes:
        components: Folders and files by component.
        divide: Folders to cut into their subfolders.
        teams: Patterns of author names or addresses by team.
        file: Where it was read.
    """

    components: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    divide: tuple[str, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    file: str = ""


def read_definitions(file: Path) -> Definitions:
    """Read a TOML file: `divide = [folders]`, `[components]` name = [folders or files], `[teams]` name = [authors].

    Raises:
        InvalidInput: It is missing, no TOML, or a value is of the wrong kind; all of them at once.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failed:
        reason = getattr(failed, "strerror", None) or str(failed)
        raise InvalidInput(str(file), [Violation(CODE, file.name, f"cannot be read: {reason}", _EXAMPLE)]) from None
    problems: list[Violation] = []
    unknown = sorted(set(table) - {"divide", "components", "teams"})
    problems += [
        Violation(CODE, f"{file.name} [{key}]", "is not known", "Use divide, [components] or [teams].")
        for key in unknown
    ]
    divide = _texts(table.get("divide", []), f"{file.name} divide", problems)
    components = _section(table.get("components", {}), f"{file.name} [components]", problems)
    teams = _section(table.get("teams", {}), f"{file.name} [teams]", problems)
    if problems:
        raise InvalidInput(str(file), problems)
    return Definitions(components, tuple(place.strip("/") for place in divide), teams, str(file))


_EXAMPLE = 'Write e.g. [components] and below it: search = ["shop/search", "shop/indexing.py"]'


def _section(value: object, where: str, problems: list[Violation]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        problems.append(Violation(CODE, where, "is not a table", _EXAMPLE))
        return {}
    entries = cast("dict[str, object]", value)
    return {name: _texts(listed, f"{where} {name}", problems) for name, listed in entries.items()}


def _texts(value: object, where: str, problems: list[Violation]) -> tuple[str, ...]:
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in listed):
        problems.append(Violation(CODE, where, "is not a list of texts", _EXAMPLE))
        return ()
    return tuple(str(text) for text in listed)
