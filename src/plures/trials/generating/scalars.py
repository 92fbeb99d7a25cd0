"""Values of text, numbers and moments within their bounds, those at the edges more often than others."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from plures.contract import BOUND_KEYWORDS, AnyMessage, Duration, ScalarType, Timestamp, given

_LEAST_INT: Final = -(2**63)
_MOST_INT: Final = 2**63 - 1
_LONG: Final = 40
"""Longer texts are made only where a bound says how long they may be."""
# What Duration of protobuf can hold: peers in other languages can read no more.
_LONGEST: Final = timedelta(seconds=315_576_000_000)
_FIRST_MOMENT: Final = datetime(2, 1, 1)  # noqa: DTZ001 - Hypothesis wants bounds without a zone
_LAST_MOMENT: Final = datetime(9998, 12, 31)  # noqa: DTZ001
_BOUND_OF_KEYWORD: Final = {keyword: bound for bound, keyword in BOUND_KEYWORDS.items()}


def bounds_of(scalar: ScalarType, shown: Mapping[str, object]) -> dict[str, Any]:
    """Each bound by name: those of the annotation, and those that a model holds by itself."""
    own = {_BOUND_OF_KEYWORD[keyword]: bound for keyword, bound in shown.items() if keyword in _BOUND_OF_KEYWORD}
    return own | dict(given(scalar.bounds))


def scalars(scalar: ScalarType, shown: Mapping[str, object]) -> st.SearchStrategy[Any]:
    """Values of a scalar type."""
    return _MADE[scalar.python](bounds_of(scalar, shown))


def _texts(bounds: Mapping[str, Any]) -> st.SearchStrategy[str]:
    least, most = bounds.get("min_length", 0), bounds.get("max_length")
    pattern = bounds.get("pattern")
    if pattern is not None:
        return _matching(str(pattern)).filter(lambda text: least <= len(text) <= (len(text) if most is None else most))
    characters = st.characters(codec="utf-8")
    general = st.text(characters, min_size=least, max_size=max(least, min(most or _LONG, _LONG)))
    if not most:
        return general if most is None else st.just("")
    return st.one_of(general, characters.map(lambda character: character * most))


def _matching(pattern: str) -> st.SearchStrategy[str]:
    # In Python `$` stands before a line break at the end too, and `\d` for the digits of all scripts: in no other language.
    strict = re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))
    ascii_only = st.from_regex(re.compile(pattern, re.ASCII), alphabet=st.characters(codec="ascii"))
    return ascii_only.filter(lambda text: strict.search(text) is not None)


def _ints(bounds: Mapping[str, Any]) -> st.SearchStrategy[int]:
    least = max(_LEAST_INT, bounds.get("ge", _LEAST_INT), bounds.get("gt", _LEAST_INT - 1) + 1)
    most = min(_MOST_INT, bounds.get("le", _MOST_INT), bounds.get("lt", _MOST_INT + 1) - 1)
    step = bounds.get("multiple_of", 1)
    every = st.integers(-(-least // step), most // step).map(lambda number: number * step)
    small = st.integers(max(-(-least // step), -1000), min(most // step, 1000)) if _meet(least, most, step) else None
    return every if small is None else st.one_of(small.map(lambda number: number * step), every)


def _meet(least: int, most: int, step: int) -> bool:
    return max(-(-least // step), -1000) <= min(most // step, 1000)


def _floats(bounds: Mapping[str, Any]) -> st.SearchStrategy[float]:
    if "multiple_of" in bounds:
        step = bounds["multiple_of"]
        multiples = st.integers(-1000, 1000).map(lambda number: float(number * step))
        return multiples.filter(lambda number: _is_within(number, bounds))
    # As whole numbers in the bounds of a float may be no floats, what they say is rounded inwards by the filter.
    least, most = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    bounded = least is not None or most is not None
    made = st.floats(
        None if least is None else float(least),
        None if most is None else float(most),
        allow_nan=None if not bounded else False,
    )
    return made.filter(lambda number: _is_within(number, bounds)) if bounded else made


def _decimals(bounds: Mapping[str, Any]) -> st.SearchStrategy[Decimal]:
    exact = {name: Decimal(str(value)) for name, value in bounds.items()}
    if "multiple_of" in exact:
        step = exact["multiple_of"]
        return st.integers(-1000, 1000).map(lambda number: number * step).filter(lambda each: _is_within(each, exact))
    least, most = exact.get("ge", exact.get("gt")), exact.get("le", exact.get("lt"))
    made = st.decimals(least, most, allow_nan=False, allow_infinity=False, places=4)
    return made.filter(lambda number: _is_within(number, exact))


def _is_within(number: Any, bounds: Mapping[str, Any]) -> bool:
    keeps: Mapping[str, Callable[[Any], bool]] = {
        "ge": lambda bound: number >= bound,
        "gt": lambda bound: number > bound,
        "le": lambda bound: number <= bound,
        "lt": lambda bound: number < bound,
    }
    return all(keeps[name](bound) for name, bound in bounds.items() if name in keeps)


def _bytes(bounds: Mapping[str, Any]) -> st.SearchStrategy[bytes]:
    least = bounds.get("min_length", 0)
    return st.binary(min_size=least, max_size=max(least, min(bounds.get("max_length", _LONG), _LONG)))


_NANOS: Final = st.integers(0, 999_999_999)
_LENGTHS: Final = st.builds(Duration, st.integers(0, 315_575_999_999), _NANOS)
_MADE: Final[Mapping[type, Callable[[Mapping[str, Any]], st.SearchStrategy[Any]]]] = {
    bool: lambda _: st.booleans(),
    str: _texts,
    int: _ints,
    float: _floats,
    bytes: _bytes,
    Decimal: _decimals,
    UUID: lambda _: st.uuids(),
    date: lambda _: st.dates(),
    time: lambda _: st.times(),
    datetime: lambda _: st.datetimes(_FIRST_MOMENT, _LAST_MOMENT, timezones=st.just(UTC)),
    timedelta: lambda _: st.timedeltas(-_LONGEST, _LONGEST),
    Timestamp: lambda _: st.builds(Timestamp, st.integers(-62_135_596_800, 253_402_300_799), _NANOS),
    Duration: lambda _: st.one_of(_LENGTHS, _LENGTHS.map(lambda each: Duration(-each.seconds, -each.nanos))),
    AnyMessage: lambda _: st.just(AnyMessage("type.googleapis.com/nowhere.Known", json=b"{}")),
}
