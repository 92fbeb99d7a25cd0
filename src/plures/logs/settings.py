"""What users say of the log: its format, a level for all loggers, levels for single ones."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from plures.errors import InvalidInput, Violation, did_you_mean

from .log_rules import LEVEL, LEVEL_TWICE, LOGGER

FORMATS: Final = ("text", "json")
LEVELS: Final = ("debug", "info", "warning", "error", "critical")
DEFAULT_LEVEL: Final = "info"
BLOCKED_LOOP_S: Final = 0.5
SHORTEST_LIMIT_S: Final = 0.05
LONGEST_LIMIT_S: Final = 3600

_OPTION: Final = "--log-level"


class LogSettings(msgspec.Struct, frozen=True):
    """How a process logs.

    Attributes:
        format: One of `FORMATS`.
        level: One of `LEVELS`, for all loggers; None where the user says nothing, and `info` holds.
        levels: The same by the name of a logger.
        blocked_loop_s: How long code may hold the event loop before it is named in the log; 0 where none is.
    """

    format: str = "text"
    level: str | None = None
    levels: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    blocked_loop_s: float = BLOCKED_LOOP_S

    def overridden(self, format_: str | None, level: str | None, levels: Mapping[str, str]) -> "LogSettings":
        """These settings under those of the command line."""
        return replace(self, format=format_ or self.format, level=level or self.level, levels={**self.levels, **levels})


def level_of(text: str) -> str | None:
    """The level that a text names, in any case; None where it names none."""
    name = text.strip().lower()
    name = {"warn": "warning", "fatal": "critical"}.get(name, name)
    return name if name in LEVELS else None


def suggestion(text: str, known: Iterable[str]) -> str:
    """What to write in place of a name that is not known."""
    names = [*known]
    return did_you_mean(text.lower(), names) or f"Write one of {', '.join(names)}."


def read_levels(texts: Iterable[str]) -> tuple[str | None, dict[str, str]]:
    """What the options `--log-level` say: the level of all loggers, where one is given, and those of single ones.

    Raises:
        InvalidInput: With all that is wrong.
    """
    everywhere: str | None = None
    levels: dict[str, str] = {}
    violations: list[Violation] = []
    for text in texts:
        name, sign, word = text.rpartition("=")
        level, name = level_of(word), name.strip()
        where = f"{_OPTION} {text}"
        if level is None:
            violations.append(LEVEL.broken(where, text=word, hint=suggestion(word, LEVELS)))
        if sign and not is_logger(name):
            violations.append(LOGGER.broken(where, text=name))
        elif name in levels or (not sign and everywhere is not None):
            violations.append(LEVEL_TWICE.broken(where, name=name or "all loggers"))
        elif level is not None:
            everywhere, levels = (everywhere, {**levels, name: level}) if sign else (level, levels)
    if violations:
        raise InvalidInput("The command line", violations)
    return everywhere, levels


def is_logger(name: str) -> bool:
    """Whether a logger can have this name."""
    return bool(name) and name.isprintable() and all(part.strip() == part != "" for part in name.split("."))


def is_limit(seconds: float) -> bool:
    """Whether `blocked_loop_s` can be this long: 0, or long enough for a thread to look several times."""
    return seconds == 0 or SHORTEST_LIMIT_S <= seconds <= LONGEST_LIMIT_S
