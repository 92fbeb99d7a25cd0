"""The `:names` of a statement as PostgreSQL's `$1`, `$2`, …, and what a statement does to the transaction."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import Final

import msgspec

from plures.data.statement import PARTS
from plures.data.store import Parameters

_FIRST_WORD: Final = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*([A-Za-z]*)", re.DOTALL)
_POINTS: Final = frozenset({"SAVEPOINT", "RELEASE", "ROLLBACK"})


class Effect(Enum):
    """What a statement may do to the transaction."""

    READS = auto()
    CHANGES = auto()
    SETS_A_POINT = auto()
    """It sets, releases or goes back to a savepoint."""


class Worded(msgspec.Struct, frozen=True):
    """A statement in PostgreSQL's form.

    Attributes:
        sql: With `$1` for the first of the names.
        names: In the order of their numbers.
    """

    sql: str
    names: tuple[str, ...]
    effect: Effect

    def values(self, parameters: Parameters) -> Sequence[object]:
        """The values in the order of the names. Raises KeyError for a name without one."""
        return [parameters[name] for name in self.names]


@lru_cache(maxsize=1024)
def worded(sql: str) -> Worded:
    """The statement in PostgreSQL's form."""
    numbers: dict[str, int] = {}

    def replace(part: re.Match[str]) -> str:
        name = part["name"]
        if name is None:
            return part[0]
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    return Worded(PARTS.sub(replace, sql), tuple(numbers), effect_of(sql))


def effect_of(sql: str) -> Effect:
    """Judged by its first word."""
    found = _FIRST_WORD.match(sql)
    word = found[1].upper() if found else ""
    if word in _POINTS:
        return Effect.SETS_A_POINT
    return Effect.READS if word in {"SELECT", "VALUES", "SHOW"} else Effect.CHANGES
