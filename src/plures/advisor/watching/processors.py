"""What a component takes of the processor, beside what else shares its process."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from plures.telemetry import GaugeRead, ProcessRead, Slot

from .owning import Operation
from .period import FINE_S, MICROSECONDS, is_request
from .places import SERVED, Placed, base, strangers
from .values import Load

CPU: Final = "cpu.share"
LATE: Final = "loop.delay_s"
BUSY_CORES: Final = 0.7
"""A process of Python runs on one processor: from that on what is asked waits for what runs."""
BUSY_LATE_S: Final = 0.1
"""Or its event loop is so late on average: a process may be given less than a processor."""
_STARTING: Final = 30 * MICROSECONDS
"""A process that begins imports and fills its caches: that is no peak."""
_PEAK: Final = 0.95
_ENOUGH_CALLS: Final = 100
_ALWAYS: Final = 100.0
"""Of nothing at other times."""

Series = dict[int, float]
"""Beginning of a slot → a figure of it."""


def loads(
    slots: Sequence[Slot],
    gauges: Sequence[GaugeRead],
    processes: Iterable[ProcessRead],
    where: Placed,
    component_of: Mapping[str, str],
    *,
    own_share: Mapping[Operation, float],
    slot_s: int = FINE_S,
) -> dict[str, Load]:
    """Of each component that runs in a process whose processor time is known.

    Args:
        own_share: As of `own_shares`.
    """
    asked = {slot.at for slot in slots if slot.calls and is_request(slot)} or {slot.at for slot in slots if slot.calls}
    begun = _begun(processes)
    gauges = [each for each in gauges if not _is_starting(each, begun)]
    whole = _cores(gauges, lambda it: base(it.process) if not it.capability else "")
    fullest, late = _most(gauges, CPU), _most(gauges, LATE)
    of_parts = _cores(gauges, lambda it: component_of.get(it.capability, ""))
    own = _own_time(slots, own_share, slot_s, component_of)
    found: dict[str, Load] = {}
    for name, process in sorted(where.process_of.items()):
        times = {at: cores for at, cores in whole.get(process, {}).items() if at in asked}
        if not times:
            continue
        measured = of_parts.get(name) or (times if where.is_alone(name) else None)
        mine = {at: min((measured or own.get(name, {})).get(at, 0.0), cores) for at, cores in times.items()}
        delays = late.get(process, {})
        busy = {
            at
            for at in times
            if fullest.get(process, {}).get(at, 0.0) >= BUSY_CORES or delays.get(at, 0.0) >= BUSY_LATE_S
        }
        calm = times.keys() - busy
        beside = where.beside(name)
        slower, by_us, calls = _slower(slots, busy, calm, strangers(slots, name, beside, component_of), component_of)
        mean, peak = _mean(mine.values()), _quantile(mine.values())
        rest = [times[at] - mine[at] for at in times]
        in_busy = sum(times[at] for at in busy)
        found[name] = Load(
            process=process,
            beside=tuple(sorted(beside)),
            is_measured=measured is not None,
            cores=mean,
            peak_cores=peak,
            ratio=peak / mean if mean else 0.0,
            rest_ratio=_quantile(rest) / _mean(rest) if _mean(rest) > 0 else None,
            busy_slots=len(busy),
            busy_share=sum(mine[at] for at in busy) / in_busy if in_busy else 0.0,
            surge=_surge(mine, busy, calm),
            late_s=_mean(delays.get(at, 0.0) for at in busy),
            late_else_s=_mean(delays.get(at, 0.0) for at in calm),
            slower=slower,
            slower_us=by_us,
            slower_calls=calls,
        )
    return found


def _begun(processes: Iterable[ProcessRead]) -> dict[str, list[int]]:
    begun: defaultdict[str, list[int]] = defaultdict(list)
    for each in processes:
        begun[f"{each.name}.{each.number}"].append(each.since)
    return begun


def _is_starting(gauge: GaugeRead, begun: Mapping[str, Sequence[int]]) -> bool:
    return any(since - MICROSECONDS * 10 <= gauge.at < since + _STARTING for since in begun.get(gauge.process, ()))


def _cores(gauges: Iterable[GaugeRead], key: Callable[[GaugeRead], str]) -> dict[str, Series]:
    """Processors by time, added up over replicas."""
    found: defaultdict[str, Series] = defaultdict(dict)
    for each in gauges:
        name = key(each)
        if name and each.name == CPU:
            found[name][each.at] = found[name].get(each.at, 0.0) + max(0.0, each.value)
    return found


def _most(gauges: Iterable[GaugeRead], name: str) -> dict[str, Series]:
    """A figure of processes by time, of the replica that has most."""
    found: defaultdict[str, Series] = defaultdict(dict)
    for each in gauges:
        if each.name == name and not each.capability:
            of = found[base(each.process)]
            of[each.at] = max(of.get(each.at, 0.0), each.value)
    return found


def _surge(cores: Series, busy: Collection[int], calm: Collection[int]) -> float | None:
    """How many times as much it takes at busy times as at others; None where there is none of either."""
    if not busy or not calm:
        return None
    usual = _mean(cores[at] for at in calm)
    at_busy = _mean(cores[at] for at in busy)
    return at_busy / usual if usual else _ALWAYS if at_busy else 0.0


def _own_time(
    slots: Iterable[Slot], own_share: Mapping[Operation, float], width: int, component_of: Mapping[str, str]
) -> dict[str, Series]:
    """Time in calls of a component, without that of the calls that it makes: an upper bound of its processor time, since it has waiting in it."""
    found: defaultdict[str, Series] = defaultdict(dict)
    for slot in slots:
        name = component_of.get(slot.capability)
        if name and slot.kind in SERVED:
            took = slot.seconds * own_share.get((slot.capability, slot.name), 1.0) / width
            found[name][slot.at] = found[name].get(slot.at, 0.0) + took
    return found


def _slower(
    slots: Iterable[Slot], busy: set[int], calm: set[int], strangers: frozenset[str], component_of: Mapping[str, str]
) -> tuple[float | None, float, int]:
    """How many times as long calls of others take in busy slots, by how many microseconds, and of how many that is known.

    Operations are compared with themselves: what is called at a busy time is not what is called at others.
    """
    seconds: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for slot in slots:
        if (
            slot.kind in SERVED
            and slot.calls
            and component_of.get(slot.capability) in strangers
            and (slot.at in busy or slot.at in calm)
        ):
            it = seconds[slot.capability, slot.name]
            offset = 0 if slot.at in busy else 2
            it[offset] += slot.calls
            it[offset + 1] += slot.seconds
    known = [it for it in seconds.values() if it[0] and it[2]]
    calls, before = sum(it[0] for it in known), sum(it[2] for it in known)
    if min(calls, before) < _ENOUGH_CALLS:
        return None, 0.0, int(calls)
    took = sum(it[1] for it in known)
    would_have = sum(it[0] * it[3] / it[2] for it in known)
    return (took / would_have if would_have else None), (took - would_have) / calls * MICROSECONDS, int(calls)


def _mean(values: Iterable[float]) -> float:
    them = [*values]
    return sum(them) / len(them) if them else 0.0


def _quantile(values: Iterable[float]) -> float:
    them = sorted(values)
    return them[min(len(them) - 1, int(len(them) * _PEAK))] if them else 0.0
