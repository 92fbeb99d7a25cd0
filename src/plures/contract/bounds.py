"""Which bounds a type may have: `Meta(ge=0)` on a number, `Meta(max_length=9)` on text. Everything else breaks a rule."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from plures.errors import Violation

from . import rules
from .annotations import show
from .codec import Bounds, given

_NUMBER: Final = ("ge", "gt", "le", "lt", "multiple_of")
_LENGTH: Final = ("min_length", "max_length")
_ALLOWED: Final[Mapping[type, Sequence[str]]] = {
    **dict.fromkeys([int, float, Decimal], _NUMBER),
    **dict.fromkeys([bytes, tuple], _LENGTH),
    str: ("pattern", *_LENGTH),
    datetime: ("tz",),
}
_RIVALS: Final = (("ge", "gt"), ("le", "lt"))
_INT64: Final = range(-(2**63), 2**63)


def broken_bounds(python: Any, bounds: Bounds, where: str) -> Iterator[Violation]:
    """What is wrong with the bounds of a type."""
    all_given = given(bounds)
    allowed = _ALLOWED.get(python, ()) if isinstance(python, type) else ()
    foreign = [(name, value) for name, value in all_given if name not in allowed]
    if foreign:
        instead = f"Use {_listed(allowed)}" if allowed else "Leave it out"
        yield rules.BOUND_OF_OTHERS.broken(where, bounds=_shown(foreign), type=show(python), instead=instead)
        return
    names = [name for name, _ in all_given if name != "tz"]
    for rivals in (*_RIVALS, *[(name,) for name in dict.fromkeys(names)]):
        found = [name for name in names if name in rivals]
        if len(found) > 1:
            yield rules.BOUND_TWICE.broken(where, names=" and ".join(dict.fromkeys(found)))
            return
    values = dict(all_given)
    if values.get("tz") is False:
        yield rules.BOUND_NAIVE.broken(where)
    wrong = [
        (name, value) for name, value in all_given if python is int and (type(value) is float or value not in _INT64)
    ]
    if wrong:
        yield rules.BOUND_OF_INT.broken(where, bounds=_shown(wrong))
    elif _leave_nothing(values, is_whole=python is int):
        yield rules.BOUND_LEAVES_NOTHING.broken(where, bounds=_shown(all_given))


def _leave_nothing(values: Mapping[str, Any], *, is_whole: bool) -> bool:
    if values.get("min_length", 0) > values.get("max_length", values.get("min_length", 0)):
        return True
    if not ("ge" in values or "gt" in values) or not ("le" in values or "lt" in values):
        return False
    least, most = values.get("ge", values.get("gt")), values.get("le", values.get("lt"))
    if is_whole:
        return bool(least + ("gt" in values) > most - ("lt" in values))
    is_open = "gt" in values or "lt" in values
    return bool(least > most or (is_open and least == most))


def _listed(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _shown(bounds: Sequence[tuple[str, Any]]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in bounds)
