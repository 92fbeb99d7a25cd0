"""Reads the TOML file in which a user names components and teams."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from plures.errors import InvalidInput, Rule, Violation

_CODE = "advisor.definitions"
_EXAMPLE = 'Write e.g. [components] and below it: search = ["shop/search", "shop/indexing.py"]'
UNREADABLE = Rule(_CODE, "cannot be read: {reason}", _EXAMPLE)
UNKNOWN_KEY = Rule(_CODE, "is not known", "Use divide, [components] or [teams].")
NOT_A_TABLE = Rule(_CODE, "is not a table", _EXAMPLE)
NOT_TEXTS = Rule(_CODE, "is not a list of texts", _EXAMPLE)
NO_FILE = Rule(_CODE, "has no Python file", "Give folders or files that exist and hold Python code.")

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Definitions:
    """What the user's file says.

    Attributes:
        components: Folders and files by component.
        divide: Folders to divide into their subfolders.
        teams: Patterns of author names or addresses by team.
        file: The file that was read; empty without one.
    """

    components: Names = field(default_factory=dict[str, tuple[str, ...]])
    divide: tuple[str, ...] = ()
    teams: Names = field(default_factory=dict[str, tuple[str, ...]])
    file: str = ""


def read_definitions(file: Path) -> Definitions:
    """Read a TOML file: `divide = [folders]`, `[components]` name = [folders or files], `[teams]` name = [authors].

    Raises:
        InvalidInput: The file is missing or not TOML, or values are of the wrong kind; it lists all of them.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failed:
        reason = getattr(failed, "strerror", None) or str(failed)
        raise InvalidInput(str(file), [UNREADABLE.broken(file.name, reason=reason)]) from None
    unknown = sorted(set(table) - {"divide", "components", "teams"})
    problems = [UNKNOWN_KEY.broken(f"{file.name} [{key}]") for key in unknown]
    divide = _texts(table.get("divide", []), f"{file.name} divide", problems)
    components = _section(table.get("components", {}), f"{file.name} [components]", problems)
    teams = _section(table.get("teams", {}), f"{file.name} [teams]", problems)
    if problems:
        raise InvalidInput(str(file), problems)
    return Definitions(components, tuple(place.strip("/") for place in divide), teams, str(file))


def _section(value: object, where: str, problems: list[Violation]) -> Names:
    if not isinstance(value, dict):
        problems.append(NOT_A_TABLE.broken(where))
        return {}
    entries = cast("dict[str, object]", value)
    return {name: _texts(listed, f"{where} {name}", problems) for name, listed in entries.items()}


def _texts(value: object, where: str, problems: list[Violation]) -> tuple[str, ...]:
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in listed):
        problems.append(NOT_TEXTS.broken(where))
        return ()
    return tuple(str(text) for text in listed)
