"""How likely what was seen would be if both versions were alike: Fisher's exact test, which knows no sample that is too small."""

from collections.abc import Mapping, Sequence
from math import exp, lgamma
from typing import Final

_TINY: Final = 1e-17
_FEW_REPLICAS: Final = 4
_FEW_HITS: Final = 10


def chance(new_hits: int, new: int, old_hits: int, old: int) -> float:
    """The chance that so many hits or more fall on the new ones, where each of all calls is as likely as any other to be one.

    Args:
        new_hits: Those of the `new` calls that failed, or took long; the same of the old ones.
    """
    hits, calls = new_hits + old_hits, new + old
    first = max(0, hits - old)
    if new_hits <= first:
        return 1.0
    whole = _ways(calls, hits)
    total = 0.0
    for number in range(new_hits, min(new, hits) + 1):
        part = exp(_ways(new, number) + _ways(old, hits - number) - whole)
        total += part
        # Behind the middle they become ever smaller.
        if part < total * _TINY:
            break
    return min(total, 1.0)


def heaped(hits: Sequence[int], calls: Sequence[int]) -> float:
    """How many hits come together, as far as replicas of one version tell: 1 where they come by themselves, or too little is known.

    It is how much more the replicas differ than chance would have it: Pearson's statistic over its degrees of freedom.
    """
    whole, many = sum(hits), sum(calls)
    if len(hits) < _FEW_REPLICAS or not _FEW_HITS <= whole < many:
        return 1.0
    part = whole / many
    pairs = [(hit, each * part) for hit, each in zip(hits, calls, strict=True) if each]
    spread = sum((hit - usual) ** 2 / (usual * (1 - part)) for hit, usual in pairs)
    return max(1.0, spread / (len(pairs) - 1)) if len(pairs) > 1 else 1.0


def quantile(took: Mapping[float, int], part: float) -> float:
    """How long so many of the calls took at most, in seconds, as exactly as the bounds tell; 0 where there were none.

    Between two bounds, calls are taken to lie as on a logarithmic scale, since bounds do.
    """
    many = sum(took.values())
    below = 0.0
    lower = 0.0
    for bound in sorted(took):
        if below + took[bound] >= many * part and took[bound]:
            inside = (many * part - below) / took[bound]
            # The first bound has none before it, and the last may be endless.
            if not lower or bound == float("inf"):
                return lower or bound
            return float(lower * (bound / lower) ** inside)
        below += took[bound]
        lower = bound
    return lower


def longer(took: Mapping[float, int], than_s: float) -> int:
    """How many took longer than a bound."""
    return sum(many for bound, many in took.items() if bound > than_s)


def together(several: Sequence[Mapping[float, int]]) -> dict[float, int]:
    """The calls of several replicas."""
    bounds = sorted({bound for each in several for bound in each})
    return {bound: sum(each.get(bound, 0) for each in several) for bound in bounds}


def _ways(of: int, many: int) -> float:
    return lgamma(of + 1) - lgamma(many + 1) - lgamma(of - many + 1)
