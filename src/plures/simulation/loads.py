"""How many calls a second arrive, by time."""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import msgspec

from plures.errors import PluresError, Text


@dataclass(eq=False)
class LoadUnreadable(PluresError):
    """A file that should say how many calls arrive when does not."""

    code = "scaling.load_unreadable"
    wording = Text(
        "{name} says no load",
        why="{reason}",
        fix="Write two columns, seconds and calls a second, one line for each change, as in 0,20 and 60,200.",
    )

    name: str
    reason: str


class Load(msgspec.Struct, frozen=True):
    """Rates at moments, evenly rising or falling in between; it lasts until the last moment.

    Attributes:
        points: Seconds from the start → calls a second, in order, the first at 0.
    """

    points: tuple[tuple[float, float], ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.points[-1][0]

    def at(self, second: float) -> float:
        """Calls a second at a moment."""
        number = bisect_right(self.points, (second, float("inf")))
        if number == 0:
            return self.points[0][1]
        if number == len(self.points):
            return self.points[-1][1]
        (since, before), (until, after) = self.points[number - 1 : number + 1]
        return before + (after - before) * (second - since) / (until - since)

    @property
    def highest(self) -> float:
        """The most calls a second."""
        return max(rate for _, rate in self.points)

    def times(self, factor: float) -> "Load":
        """The same with so many times the calls."""
        return Load(tuple((second, rate * factor) for second, rate in self.points))


def ramp(rate: float, times: float, over_s: float, *, before_s: float = 60, stays_s: float = 240) -> Load:
    """A steady load that becomes so many times as high, stays so, and falls again as it rose."""
    top = before_s + over_s
    down = top + stays_s
    return Load(
        (
            (0.0, rate),
            (before_s, rate),
            (top, rate * times),
            (down, rate * times),
            (down + over_s, rate),
            (down + over_s + 2 * before_s, rate),
        )
    )


def load_of_csv(lines: Iterable[str], name: str) -> Load:
    """The load that a file says: seconds, or a moment in seconds, and calls a second; a line of headings is left out.

    Raises:
        LoadUnreadable: A line is no pair of numbers, or comes before the one above it.
    """
    points = list(_rows(lines, name))
    if len(points) < 2:  # noqa: PLR2004 - a course has a beginning and an end
        raise LoadUnreadable(name, "it has fewer than two lines")
    return from_points(points, name)


def from_points(points: Sequence[tuple[float, float]], name: str) -> Load:
    """The load through these; raises `LoadUnreadable`."""
    for (since, _), (until, _) in pairwise(points):
        if until <= since:
            raise LoadUnreadable(name, f"{until:g} comes after {since:g}")
    begins = points[0][0]
    if not any(rate for _, rate in points):
        raise LoadUnreadable(name, "nothing ever arrives")
    return Load(tuple((second - begins, rate) for second, rate in points))


def _rows(lines: Iterable[str], name: str) -> Iterator[tuple[float, float]]:
    for number, row in enumerate(csv.reader(lines), 1):
        if not row:
            continue
        try:
            second, rate = map(float, row)
        except ValueError:
            if number == 1:
                continue
            raise LoadUnreadable(name, f"line {number} is no pair of numbers: {','.join(row)[:60]}") from None
        if not (isfinite(second) and isfinite(rate) and rate >= 0):
            raise LoadUnreadable(name, f"line {number} is not possible: {','.join(row)[:60]}")
        yield second, rate
