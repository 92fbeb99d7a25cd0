"""Plots over time, as SVG that takes its colours from the page around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

_WIDE: Final = 720
_HIGH: Final = 220
_LEFT: Final = 56
_RIGHT: Final = 12
_TOP: Final = 12
_BOTTOM: Final = 28
_LINES: Final = 4
_MARKS: Final = 6
_WHOLE_FROM: Final = 10
"""What is below needs its fraction."""

Value = float | None


@dataclass(frozen=True)
class Line:
    """One line of a plot; it has a gap where a value is None.

    Attributes:
        style: Class of the page's style sheet.
    """

    name: str
    style: str
    values: Sequence[Value]


def plot(title: str, unit: str, at_s: Sequence[float], lines: Sequence[Line]) -> str:
    """A figure with a legend. It says in words where there is nothing to draw."""
    legend = "".join(f'<span class="key {each.style}">{escape(each.name)}</span>' for each in lines)
    head = f"<figcaption><b>{escape(title)}</b> <small>{escape(unit)}</small> {legend}</figcaption>"
    known = [value for each in lines for value in each.values if value is not None]
    if not known:
        return f"<figure>{head}<p>There is nothing to show.</p></figure>"
    step = _step_of(max(known))
    top = step * max(1, ceil(max(known) / step))
    until = max(at_s[-1], 1.0)
    # Several points at least: a path of a single one draws nothing.
    drawn = "".join(_path(each, at_s, until, top) for each in lines)
    label = escape(f"{title}, at most {_short(max(known))} {unit}")
    svg = f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{label}">{_grid(step, top)}{_seconds(until)}{drawn}</svg>'
    return f"<figure>{head}{svg}</figure>"


def _x(second: float, until: float) -> float:
    return _LEFT + (_WIDE - _LEFT - _RIGHT) * second / until


def _y(value: float, top: float) -> float:
    return _HIGH - _BOTTOM - (_HIGH - _TOP - _BOTTOM) * value / top


def _path(line: Line, at_s: Sequence[float], until: float, top: float) -> str:
    pieces: list[str] = []
    is_open = False
    for second, value in zip(at_s, line.values, strict=True):
        if value is None:
            is_open = False
            continue
        point = f"{_x(second, until):.1f} {_y(value, top):.1f}"
        # A point without neighbours is seen as well: it is a line to itself, with round ends.
        pieces.append(f"L{point}" if is_open else f"M{point}L{point}")
        is_open = True
    return f'<path class="line {line.style}" d="{"".join(pieces)}"/>' if pieces else ""


def _grid(step: float, top: float) -> str:
    drawn: list[str] = []
    for number in range(round(top / step) + 1):
        y = _y(number * step, top)
        drawn.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_short(number * step)}</text>')
    return "".join(drawn)


def _seconds(until: float) -> str:
    step = max(1.0, _step_of(until, _MARKS))
    return "".join(
        f'<text x="{_x(number * step, until):.1f}" y="{_HIGH - 8}" text-anchor="middle">{_short(number * step)} s</text>'
        for number in range(floor(until / step) + 1)
    )


def _step_of(most: float, lines: int = _LINES) -> float:
    """A round distance, so that about so many fit."""
    if most <= 0:
        return 1.0
    raw = most / lines
    power = 10.0 ** floor(log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:.3g}"
