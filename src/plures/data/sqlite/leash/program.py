"""How much a statement can make SQLite do, read from its program: what EXPLAIN shows of it. Runs nothing.

Opcodes that a later release of SQLite adds or drops change how much is known, and so how fast a statement is, not what it does.
Source: https://www.sqlite.org/opcode.html
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Any, Final

Step = Sequence[Any]
"""Address, opcode, p1, p2, p3, p4, p5, comment."""


class Effort(Enum):
    """What is known of it."""

    UNKNOWN = auto()
    COUNTED = auto()
    """It only reads. SQLite counts its steps, and none of them is large."""
    BOUNDED = auto()
    """It writes, and has no loops: it touches a few rows, however many there are."""


_LARGE: Final = frozenset(
    "Checkpoint Clear Count CreateBtree Destroy DropIndex DropTable DropTrigger IncrVacuum IntegrityCk JournalMode LoadAnalysis "
    "ParseSchema Program SetCookie SqlExec Vacuum VBegin VCheck VCreate VDestroy VFilter VNext VOpen VRename VUpdate".split()
)
"""Opcodes that do a lot in one step, or run what others wrote: triggers, virtual tables."""

_LOOPS: Final = frozenset("Next Prev SorterNext RowSetRead Yield Return".split())
"""Opcodes that go back to an earlier step."""

_CALLS: Final = frozenset(("Function", "PureFunc", "AggStep", "AggStep1", "AggInverse"))
_FUNCTIONS: Final = frozenset(
    "abs avg coalesce count date datetime ifnull instr iif length like lower ltrim max min nullif round rtrim strftime substr "
    "substring sum time total trim typeof unixepoch upper".split()
)
"""What these take is bounded by their values. Functions that Python gives to a connection are not among them."""

_EXPLAINABLE: Final = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES)\b", re.IGNORECASE)
_OPCODE, _P2, _P4 = 1, 3, 5


def is_explainable(sql: str) -> bool:
    """Whether EXPLAIN does nothing else, and the statement leaves the schema as it is."""
    return _EXPLAINABLE.match(sql) is not None


def effort_of(program: Iterable[Step]) -> Effort:
    """What this program can make SQLite do."""
    steps = [*program]
    opcodes = {step[_OPCODE] for step in steps}
    if opcodes & _LARGE or any(step[_OPCODE] in _CALLS and not _is_small(step[_P4]) for step in steps):
        return Effort.UNKNOWN
    if not any(step[_OPCODE] == "Transaction" and step[_P2] for step in steps):
        return Effort.COUNTED
    return Effort.UNKNOWN if opcodes & _LOOPS or _goes_back(steps) else Effort.BOUNDED


def _is_small(function: object) -> bool:
    """`function` is written as `like(2)`."""
    return str(function).partition("(")[0] in _FUNCTIONS


def _goes_back(steps: Sequence[Step]) -> bool:
    # The last step goes to the second, where each program begins once the transaction is open.
    return any(step[_OPCODE] == "Goto" and step[_P2] < step[0] for step in steps[:-1])
