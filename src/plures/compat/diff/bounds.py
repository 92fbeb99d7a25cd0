"""The bounds of a type, before and after: added, tightened, loosened."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from plures.compat import rules

from .found import Found, found

_LOWER: Final = ("ge", "gt")
_UPPER: Final = ("le", "lt")
_NONE: Final = "no bound"
_WORDS: Final = {
    "ge": ">=", "gt": ">", "le": "<=", "lt": "<", "multiple_of": "a multiple of",
    "min_length": "a length of at least", "max_length": "a length of at most", "pattern": "the pattern", "unique": "unique",
}  # fmt: skip


def compare_bounds(
    old: Mapping[str, Any], new: Mapping[str, Any], where: str, *, is_whole: bool = False
) -> Iterator[Found]:
    """What changed.

    Args:
        is_whole: Whether the values are whole numbers, of which `> 0` and `>= 1` are the same.
    """
    yield from _limit(old, new, where, _LOWER, 1, is_whole=is_whole)
    yield from _limit(old, new, where, _UPPER, -1, is_whole=is_whole)
    yield from _limit(old, new, where, ("min_length",), 1)
    yield from _limit(old, new, where, ("max_length",), -1)
    one_sided = {*_LOWER, *_UPPER, "min_length", "max_length"}
    for name in sorted((old.keys() | new.keys()) - one_sided):
        yield from _other(name, old.get(name), new.get(name), where)


def _limit(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    where: str,
    names: tuple[str, ...],
    towards: int,
    *,
    is_whole: bool = False,
) -> Iterator[Found]:
    """A limit on one side; `towards` is the direction in which it leaves less."""
    before, after = (
        _strictest(old, names, towards, is_whole=is_whole),
        _strictest(new, names, towards, is_whole=is_whole),
    )
    if before == after:
        return
    texts = _shown(old, names), _shown(new, names)
    if before is None:
        yield found(rules.BOUND_ADDED, where, *texts)
    elif after is None or (after[0] - before[0]) * towards < 0 or (after[0] == before[0] and before[1]):
        yield found(rules.BOUND_LOOSENED, where, *texts)
    else:
        yield found(rules.BOUND_TIGHTENED, where, *texts)


def _strictest(
    bounds: Mapping[str, Any], names: tuple[str, ...], towards: int, *, is_whole: bool
) -> tuple[Decimal, bool] | None:
    """The limit and whether it is excluded itself; None where there is none."""
    limits: list[tuple[Decimal, bool]] = []
    for name in names:
        if name in bounds:
            limit, is_open = Decimal(str(bounds[name])), name in ("gt", "lt")
            limits.append((limit + towards, False) if is_open and is_whole and limit % 1 == 0 else (limit, is_open))
    return max(limits, key=lambda each: (each[0] * towards, each[1]), default=None)


def _other(name: str, old: Any, new: Any, where: str) -> Iterator[Found]:
    if old == new:
        return
    texts = (_text(name, old), _text(name, new))
    if old is None:
        yield found(rules.BOUND_ADDED, where, *texts)
    elif new is None:
        yield found(rules.BOUND_LOOSENED, where, *texts)
    else:
        before, after = (Decimal(str(each)) if name == "multiple_of" else None for each in (old, new))
        # What is a multiple of 6 is one of 3. Of two patterns we cannot tell which one allows more: each may.
        if before is None or after is None or (before % after and after % before):
            yield found(rules.BOUND_TIGHTENED, where, *texts)
            yield found(rules.BOUND_LOOSENED, where, *texts)
        else:
            yield found(rules.BOUND_LOOSENED if before % after == 0 else rules.BOUND_TIGHTENED, where, *texts)


def _shown(bounds: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return " and ".join(_text(name, bounds[name]) for name in names if name in bounds) or _NONE


def _text(name: str, value: object) -> str:
    return _NONE if value is None else f"{_WORDS.get(name, name)} {value}"
