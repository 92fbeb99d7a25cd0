"""How much work arrives, how sure that is, and how much will arrive."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

import msgspec

from .values import SHORT_S, Sample

_SURE: Final = 5.0
"""What differs from the rest by fewer standard deviations may be chance."""

_NOTHING: Final = 1e-6
_LIKELY: Final = 3.0
"""The same for what is stopped: a mistake costs little, since it is known for a whole cool-down."""

_LATELY: Final = (1, 2, 3, 4, 6, 12)
"""So many of the last samples are looked at, each number by itself: a jump shows in few, a gentle rise in many."""


class Demand(msgspec.Struct, frozen=True):
    """What a process has to do.

    Attributes:
        now: Processors that it needs for what arrives.
        soon: The same by the time at which a replica that is started now would be ready.
        surely: The most that it may be, of what arrived lately: chance may have made it look less.
        in_flight: Calls in progress, on average.
        surely_in_flight: The most that these may be, of those lately.
    """

    now: float
    soon: float
    surely: float
    in_flight: float
    surely_in_flight: float


def demand(samples: Sequence[Sample]) -> Demand:
    """What the samples say, oldest first; there is at least one, and all of them were measured."""
    last = samples[-1]
    recent = [each for each in samples if each.at_s > last.at_s - SHORT_S]
    older = [each for each in samples if each.at_s <= last.at_s - SHORT_S]
    used = _mean([each.cpu or 0.0 for each in samples])
    lately = samples[-_LATELY[-1] :]
    in_flight = _standing([each.in_flight or 0.0 for each in samples], len(recent))
    flying = _mean([each.in_flight or 0.0 for each in lately])
    flying += _LIKELY * sqrt(flying / len(lately))
    done = sum(each.finished or 0.0 for each in samples)
    if done < _NOTHING:
        # Long work of which nothing has ended: what it takes is all that is known.
        return Demand(used, used, used, in_flight, flying)
    per_call = sum(each.cpu or 0.0 for each in samples) / done
    rates = _arrived(samples)
    overall = _mean(rates)
    # What comes more often varies more: a rise must not be seen in the noise of the level that it has led to.
    noise = max(_noise(older or samples), sqrt(_mean(_arrived(recent)) / max(_pace(samples), 0.1)))
    parts = [rates[-many:] for many in _LATELY]
    level = max([overall, *(_mean(part) for part in parts if _stands_out(part, overall, noise))])
    rise = max(_rise(samples[-many:], noise) for many in _LATELY)
    ahead_s = (len(recent) / 2 + 1) * _pace(samples) + last.starts_in_s
    # Replicas that can do no more use no more, however much arrives; and they still work when less does.
    now = max(level * per_call, used)
    soon = max(now, (_mean(_arrived(recent)) + rise * ahead_s) * per_call if rise else 0.0)
    usual = max(_mean(_arrived(lately)) * per_call, _mean([each.cpu or 0.0 for each in lately]))
    surely = usual + _LIKELY * noise / sqrt(len(lately)) * per_call
    return Demand(now, soon, surely, in_flight, flying)


def _standing(counts: Sequence[float], recent: int) -> float:
    """The mean of all counts; that of the recent ones, where it is higher by more than chance."""
    lately = _mean(counts[-recent:])
    return max(_mean(counts), lately - _SURE * sqrt(lately))


def _arrived(samples: Sequence[Sample]) -> list[float]:
    return [each.arrived or 0.0 for each in samples]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _pace(samples: Sequence[Sample]) -> float:
    """Seconds from sample to sample."""
    return (samples[-1].at_s - samples[0].at_s) / (len(samples) - 1) if len(samples) > 1 else 1.0


def _noise(samples: Sequence[Sample]) -> float:
    """How far one sample is off by chance, in calls a second: by how much each jumps off the way from its neighbours, whatever that way is; and at least as for visitors who know nothing of each other."""
    rates = _arrived(samples)
    least = _mean(rates) / max(_pace(samples), 0.1)
    jumps = [
        (before - 2 * here + after) ** 2 / 6 for before, here, after in zip(rates, rates[1:], rates[2:], strict=False)
    ]
    return sqrt(max(least, _mean(jumps) if jumps else 0.0))


def _stands_out(rates: Sequence[float], usual: float, noise: float) -> bool:
    """Whether these are higher than usual by more than chance."""
    return _mean(rates) > usual + _SURE * noise / sqrt(len(rates))


def _rise(samples: Sequence[Sample], noise: float) -> float:
    """By how much more arrives each second, calls a second; 0 where that may be chance."""
    _, spread, rise = _line(samples)
    return rise if spread and rise > _SURE * noise / sqrt(spread) else 0.0


def _line(samples: Sequence[Sample]) -> tuple[float, float, float]:
    """The mean moment, the sum of the squares around it, and the rise of the line with the least squares."""
    rates = _arrived(samples)
    middle, mean = _mean([each.at_s for each in samples]), _mean(rates)
    spread = sum((each.at_s - middle) ** 2 for each in samples)
    if not spread:
        return middle, 0.0, 0.0
    together = sum((each.at_s - middle) * (rate - mean) for each, rate in zip(samples, rates, strict=True))
    return middle, spread, together / spread
