"""Puts lines that are followed in the order of time, as far as they come soon enough."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from plures.telemetry import LogRead

LATE_US: Final = 1_500_000
"""Each process writes once a second, so the lines of one may come after later ones of another: each waits for its turn until it is so old."""

_MOST_WAITING: Final = 20_000


class _Waiting(NamedTuple):
    at: int
    id: int
    came: int
    line: "LogRead"


class InOrder:
    """Lines of several processes. None is left out: what comes too late for its place is given all the same."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def put(self, lines: Sequence["LogRead"], now_us: int) -> None:
        """More lines, that were found now."""
        self._waiting.extend(_Waiting(line.at, line.id, now_us, line) for line in lines)

    def take(self, now_us: int, *, everything: bool = False) -> list["LogRead"]:
        """Those whose turn it is."""
        self._waiting.sort(key=lambda each: (each.at, each.id))
        if len(self._waiting) > _MOST_WAITING:
            everything = True
        old = now_us - LATE_US
        # Where a clock was set back, the time of a line may be to come; then it counts when the line came.
        due = [everything or each.at <= old or each.came <= old for each in self._waiting]
        taken = [each.line for each, is_due in zip(self._waiting, due, strict=True) if is_due]
        self._waiting = [each for each, is_due in zip(self._waiting, due, strict=True) if not is_due]
        return taken
