"""Times and figures, with as many digits as can be told apart."""

from datetime import UTC, datetime
from typing import Final

_MILLISECOND: Final = 1_000
_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_WHOLE_FROM: Final = 100
_TENTHS_FROM, _UNITS_FROM = 9.995, 99.95
"""From there on, a figure would have four digits if it had more behind the point: it is rounded first."""


def lasting(microseconds: float) -> str:
    """How long something took: `417 µs`, `1.24 ms`, `12.4 s`, `3 min 20 s`."""
    if microseconds < _MILLISECOND - 0.5:
        return f"{microseconds:.0f} µs"
    # What would be rounded to a thousand of a unit is told in the next one.
    if microseconds < (1_000 - 0.5) * _MILLISECOND:
        return f"{_three(microseconds / _MILLISECOND)} ms"
    if microseconds < _MINUTE - _SECOND / 20:
        return f"{_three(microseconds / _SECOND)} s"
    minutes, seconds = divmod(round(microseconds / _SECOND), 60)
    return f"{minutes} min {seconds} s"


def figure(number: float) -> str:
    """A figure without a unit: `0`, `0.042`, `12`, `1,204`."""
    if number == 0:
        return "0"
    return f"{number:,.0f}" if number >= _WHOLE_FROM or number == int(number) else f"{number:.2g}"


def percent(part: float) -> str:
    """A share, in percent."""
    return f"{figure(100 * part)} %"


def moment(microseconds: int, *, with_day: bool = True) -> str:
    """When something was, in UTC and by the millisecond; a moment that no calendar has is told as its number."""
    try:
        at = datetime.fromtimestamp(microseconds / _SECOND, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{microseconds} µs"
    day = f"{at:%Y-%m-%d} " if with_day else ""
    return f"{day}{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def _three(number: float) -> str:
    """With three digits."""
    return f"{number:.2f}" if number < _TENTHS_FROM else f"{number:.1f}" if number < _UNITS_FROM else f"{number:.0f}"
