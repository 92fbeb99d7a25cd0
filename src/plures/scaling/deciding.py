"""The decision: how many replicas there are to be, from what was measured and what was decided before."""

from math import ceil, isfinite
from typing import Final

from msgspec.structs import replace

from .demand import Demand, demand
from .values import WINDOW_S, Decision, Memory, Sample, Targets

_SLACK: Final = 0.02
_PART: Final = 0.25
"""A replica is stopped where the others would bear such a part more of the load, and of a replica, so that the next fluctuation does not start it again."""

_AT_MOST_TIMES: Final = 2
_AND: Final = 4
"""So many times what is ready, and so many more, may be started at once: what is still starting has shown nothing yet."""

_NO_ROUNDING: Final = 1e-9
_POSSIBLE: Final = 1e9
"""Higher figures are no measurements."""


def decide(targets: Targets, memory: Memory, sample: Sample) -> Decision:
    """How many replicas there are to be.

    The number is never below `targets.min` and never above `targets.max`; where those contradict each other, `max` wins. It grows at
    once, ahead of a load that rises, and shrinks only when fewer would have been enough all through the cool-down. A sample in which
    nothing was measured, or nonsense, changes nothing.
    """
    most = max(targets.max, 0)
    least = min(max(targets.min, 0), most)
    current = min(max(sample.wanted, least), most)
    bounded = _bounded(sample.wanted, least, most)
    if not _is_sound(sample, memory):
        return Decision(current, bounded, memory)
    samples = tuple(
        each for each in (*memory.samples, _cleaned(sample)) if sample.at_s - WINDOW_S < each.at_s <= sample.at_s
    )
    seen = demand(samples)
    wish = max(_fit(seen.soon, targets.cpu), _fit(seen.in_flight, targets.in_flight))
    enough = _enough(seen, targets, sample)
    # What is wished for counts as long as the load does not fall: a rise that is met ahead would be undone at once else.
    enough = enough if wish < current else max(wish, enough)
    since = sample.at_s - targets.cool_down_s
    kept = (*memory.enough, (sample.at_s, enough))
    # One that is older than the cool-down shows that all of it was seen: a supervisor that has just begun stops nothing.
    first = next((number for number in range(len(kept) - 1, -1, -1) if kept[number][0] <= since), 0)
    later = Memory(samples, kept[first:])
    if wish > current:
        chosen = min(wish, most, max(current, _AT_MOST_TIMES * sample.ready + _AND))
        return Decision(chosen, _grown(chosen, current, seen, targets) or bounded, later)
    needed = max(many for _, many in later.enough)
    if needed < current and kept[first][0] <= since:
        chosen = max(needed, least)
        return Decision(chosen, _shrunk(chosen, current, seen, targets) or bounded, later)
    return Decision(current, bounded, later)


def _is_sound(sample: Sample, memory: Memory) -> bool:
    figures = (sample.arrived, sample.finished, sample.cpu, sample.in_flight)
    if sample.ready <= sample.silent or not isfinite(sample.at_s):
        return False
    if any(each is None or not 0 <= each <= _POSSIBLE for each in figures):
        return False
    return not memory.samples or sample.at_s > memory.samples[-1].at_s


def _cleaned(sample: Sample) -> Sample:
    is_sound = isfinite(sample.starts_in_s) and sample.starts_in_s >= 0
    return sample if is_sound else replace(sample, starts_in_s=0.0)


def _fit(work: float, each: float) -> int:
    return ceil(min(work / each, _POSSIBLE) - _NO_ROUNDING) if each > 0 else 0


def _enough(seen: Demand, targets: Targets, sample: Sample) -> int:
    """How many would be enough and leave slack. Those that are silent count as having as much to do as they should."""
    more = sample.silent + _PART
    by_cpu = _fit(seen.surely * (1 + _SLACK) + more * targets.cpu, targets.cpu)
    by_calls = _fit(seen.surely_in_flight * (1 + _SLACK) + more * targets.in_flight, targets.in_flight)
    return max(by_cpu, by_calls)


def _bounded(wanted: int, least: int, most: int) -> str:
    if wanted < least:
        return f"min is {least}"
    return f"max is {most}" if wanted > most else ""


def _grown(chosen: int, current: int, seen: Demand, targets: Targets) -> str:
    return f"{_told(seen)}, and each should have {_aim(targets)}" if chosen > current else ""


def _shrunk(chosen: int, current: int, seen: Demand, targets: Targets) -> str:
    return f"{_told(seen)}, for {targets.cool_down_s:g} s no more" if chosen < current else ""


def _told(seen: Demand) -> str:
    soon = f", soon {seen.soon:.2f}" if seen.soon > seen.now else ""
    return f"the work takes {seen.now:.2f} processors{soon}, {seen.in_flight:.0f} calls in flight"


def _aim(targets: Targets) -> str:
    return f"{targets.cpu:g} of one and at most {targets.in_flight:g} calls"
