"""The fewest replica-seconds that would do, known by looking ahead; and the settings that come near without."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final

import msgspec
from msgspec.structs import replace

from plures.scaling import Sample, Targets

from .loads import Load
from .playing import Outcome, Workload, decided, play

_CLOSE: Final = 0.02
_LEAST_BUSY: Final = 0.5
_CPU_TRIED: Final = (0.95, 0.925, 0.9, 0.8, 0.7)
_COOL_DOWN_TRIED: Final = 20.0

Told = Callable[[str], None]


class Choice(msgspec.Struct, frozen=True):
    """Settings, and what comes of them.

    Attributes:
        extra: Replica-seconds beyond the fewest, as a part of those.
        fits: Whether calls are as fast as they should be, and nothing flaps.
    """

    targets: Targets
    outcome: Outcome
    extra: float
    fits: bool


class Plan(msgspec.Struct, frozen=True):
    """What was tried, and which settings to choose.

    Attributes:
        limit_s: The longest that ninety-nine of a hundred calls may take.
        best: The one that looks ahead; None where even `max` replicas are too few.
        chosen: The cheapest that is fast enough; None where none is.
        tried: All of them, as they were given first.
    """

    load: Load
    workload: Workload
    limit_s: float
    best: Outcome | None
    chosen: Choice | None
    tried: tuple[Choice, ...]


def plan(load: Load, workload: Workload, targets: Targets, limit_s: float, *, told: Told = lambda _: None) -> Plan:
    """Play a load with the settings that are given and with others, and choose.

    Args:
        targets: The settings that there are; `min` and `max` stay.
        told: Is told what is played.
    """
    told("looking ahead")
    best = clairvoyant(load, workload, targets, limit_s)
    tried: list[Choice] = []
    for each in _candidates(targets):
        told(f"cpu = {each.cpu:g}, cool_down_s = {each.cool_down_s:g}")
        outcome = play(load, workload, decided(each), _first(load, workload, each))
        extra = outcome.replica_seconds / best.replica_seconds - 1 if best is not None else 0.0
        tried.append(Choice(each, outcome, extra, outcome.p99_s <= limit_s and not outcome.flaps))
    fitting = [each for each in tried if each.fits]
    chosen = min(fitting, key=lambda each: each.outcome.replica_seconds, default=None)
    return Plan(load, workload, limit_s, best, chosen, tuple(tried))


def _candidates(targets: Targets) -> Sequence[Targets]:
    others = (replace(targets, cpu=cpu, cool_down_s=_COOL_DOWN_TRIED) for cpu in _CPU_TRIED)
    return [targets, *(each for each in others if each != targets)]


def _first(load: Load, workload: Workload, targets: Targets) -> int:
    return _needed(load.at(0), workload, targets, targets.cpu)


def _needed(rate: float, workload: Workload, targets: Targets, cpu: float) -> int:
    return min(max(ceil(rate * workload.cpu_s / cpu - 1e-9), targets.min, 1), targets.max)


def clairvoyant(load: Load, workload: Workload, targets: Targets, limit_s: float) -> Outcome | None:
    """Each replica starts just in time for the load that comes, and stops when that is over, as busy as it may be. None where `max` are too few."""

    def played(cpu: float) -> Outcome:
        def how_many(sample: Sample) -> int:
            # Those that must be ready at the next moments are started now.
            ahead = sample.at_s + workload.starts_in_s
            moments = [sample.at_s + step for step in range(ceil(workload.starts_in_s) + 2)]
            return max(_needed(load.at(min(each, ahead + 1)), workload, targets, cpu) for each in moments)

        return play(load, workload, how_many, _needed(load.at(0), workload, targets, cpu))

    best, busy, too_busy = played(_LEAST_BUSY), _LEAST_BUSY, 1.0
    if best.p99_s > limit_s:
        return None
    while too_busy - busy > _CLOSE:
        # What is fast enough lies near the upper end.
        middle = busy + (too_busy - busy) * 0.7
        tried = played(middle)
        if tried.p99_s <= limit_s:
            busy, best = middle, tried
        else:
            too_busy = middle
    return best
