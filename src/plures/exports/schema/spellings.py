"""Patterns of what travels as text. They are read alike by Python, JavaScript and Rust."""

import re
from collections.abc import Iterator
from typing import Final

INT64: Final = (-(2**63), 2**63 - 1)
NOT_FINITE: Final = "^(NaN|-?Infinity)$"
DOUBLE: Final = r"^(NaN|-?Infinity|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$"
DECIMAL: Final = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
DURATION: Final = r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$"
TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
BASE64: Final = "^([A-Za-z0-9+/_-]{4})*([A-Za-z0-9+/_-]{2,3})?=*$"


def whole_numbers(low: int, high: int) -> str:
    """The pattern of the texts of all whole numbers from one to another one, without leading zeros."""
    ways: list[str] = []
    if low < 0:
        ways += [f"-{way}" for way in _ways(max(1, -high), -low)]
    if low <= 0 <= high:
        ways.append("0")
    if high > 0:
        ways += _ways(max(1, low), high)
    return f"^({'|'.join(ways)})$"


def as_ecma(pattern: str) -> str:
    """A pattern of Python's as JavaScript writes it."""
    return re.sub(r"\(\?P<(\w+)>", r"(?<\1>", pattern).replace(r"\A", "^").replace(r"\Z", "$")


def _ways(low: int, high: int) -> Iterator[str]:
    """Patterns for the numbers from one to another one, both above 0, with as many digits at once as there are."""
    shortest = longest = 0
    for length in range(len(str(low)), len(str(high)) + 1):
        first, last = max(low, 10 ** (length - 1)), min(high, 10**length - 1)
        if (first, last) == (10 ** (length - 1), 10**length - 1):
            shortest, longest = shortest or length, length
        else:
            yield from _same_length(str(first), str(last))
    if longest:
        yield f"[1-9]{_digits(shortest - 1, longest - 1)}"


def _same_length(low: str, high: str) -> Iterator[str]:
    if low == high:
        yield low
        return
    rest = len(low) - 1
    if low[0] == high[0]:
        yield from (low[0] + way for way in _same_length(low[1:], high[1:]))
        return
    first, last = int(low[0]), int(high[0])
    if rest and low[1:] != "0" * rest:
        yield from (low[0] + way for way in _same_length(low[1:], "9" * rest))
        first += 1
    ends_early = bool(rest) and high[1:] != "9" * rest
    last -= ends_early
    if first <= last:
        yield (str(first) if first == last else f"[{first}-{last}]") + _digits(rest, rest)
    if ends_early:
        yield from (high[0] + way for way in _same_length("0" * rest, high[1:]))


def _digits(least: int, most: int) -> str:
    if not most:
        return ""
    if least == most:
        return "[0-9]" if most == 1 else f"[0-9]{{{most}}}"
    return f"[0-9]{{{least},{most}}}"
