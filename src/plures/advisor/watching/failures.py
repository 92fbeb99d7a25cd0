"""Which components fail by themselves, whom that makes fail, and which processes died."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from plures.telemetry import KeptSpan, ProcessRead, Slot

from .period import MICROSECONDS
from .places import SERVED, Placed, base, strangers
from .values import Deaths, Failing

_OWN: Final = frozenset({"internal", "unknown", "data_loss"})
"""Codes of what went wrong in the work itself. That time ran out, that a call was given up or turned away tells of load, and of others."""
_GONE: Final = "unavailable"
_BACK_WITHIN: Final = 60 * MICROSECONDS
"""A process that is back by then was started by what watches over it."""
_AT_ONCE: Final = 5 * MICROSECONDS
"""Processes that end within it were ended by one cause, such as the machine."""
_MOST_DEEP: Final = 100


def failing(
    slots: Sequence[Slot], spans: Sequence[KeptSpan], where: Placed, component_of: Mapping[str, str]
) -> dict[str, Failing]:
    """Of each component that failed at all.

    Args:
        spans: Of traces that have a fault.
    """
    calls, faults = Counter[str](), Counter[str]()
    bad: defaultdict[str, set[int]] = defaultdict(set)
    for slot in slots:
        name = component_of.get(slot.capability)
        if name and slot.kind in SERVED:
            own = sum(many for code, many in slot.codes.items() if code in _OWN)
            calls[name] += slot.calls
            faults[name] += own
            if own:
                bad[name].add(slot.at)
    began, seen, callers = _origins(spans, component_of)
    found: dict[str, Failing] = {}
    for name, at in bad.items():
        others = strangers(slots, name, where.beside(name), component_of)
        # Where no trace is kept any more, all are held to be its own.
        share = began[name] / seen[name] if seen[name] else 1.0
        then, otherwise = _failed(slots, others, component_of, at)
        found[name] = Failing(
            calls=calls[name],
            faults=round(faults[name] * share),
            slots=len(at),
            failed_callers=callers[name] / began[name] if began[name] else None,
            beside_then=then,
            beside_else=otherwise,
        )
    return found


def _origins(
    spans: Sequence[KeptSpan], component_of: Mapping[str, str]
) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """How often a failure began in a component, how often it failed at all, and how often that made its caller fail."""
    by_id = {(each.trace, each.id): each for each in spans}
    failed = [each for each in spans if each.code in _OWN and each.kind in SERVED and component_of.get(each.capability)]
    caused = {
        (above.trace, above.id)
        for each in spans
        if each.code.islower()
        for above in [_above(each, by_id)]
        if above is not None and above.capability != each.capability
    }
    began, seen, callers = Counter[str](), Counter[str](), Counter[str]()
    for each in failed:
        name = component_of[each.capability]
        seen[name] += 1
        if (each.trace, each.id) in caused:
            continue
        began[name] += 1
        above = _above(each, by_id)
        callers[name] += above is not None and above.code.islower()
    return began, seen, callers


def _above(span: KeptSpan, by_id: Mapping[tuple[int, int], KeptSpan]) -> KeptSpan | None:
    """The work in which it was asked for: not the same call as its caller saw it."""
    for _ in range(_MOST_DEEP):
        above = by_id.get((span.trace, span.parent))
        if above is None or above.kind in SERVED:
            return above
        span = above
    return None


def _failed(
    slots: Iterable[Slot], others: Collection[str], component_of: Mapping[str, str], at: Collection[int]
) -> tuple[float, float]:
    """The share of calls of others that failed at these times, and at all other times."""
    calls, faults = [0, 0], [0, 0]
    for slot in slots:
        if slot.kind in SERVED and component_of.get(slot.capability) in others:
            calls[slot.at not in at] += slot.calls
            faults[slot.at not in at] += slot.faults
    then, otherwise = (bad / all_ if all_ else 0.0 for bad, all_ in zip(faults, calls, strict=True))
    return then, otherwise


def deaths(
    processes: Iterable[ProcessRead],
    slots: Sequence[Slot],
    where: Placed,
    component_of: Mapping[str, str],
    *,
    since: int,
    until: int,
) -> tuple[Deaths, ...]:
    """Processes that ended on their own and were started again."""
    found: defaultdict[str, list[ProcessRead]] = defaultdict(list)
    for each in _died([*processes]):
        if since <= each.until <= until:
            found[base(f"{each.name}.{each.number}")].append(each)
    return tuple(_deaths(name, them, slots, where, component_of) for name, them in sorted(found.items()))


def _died(processes: Sequence[ProcessRead]) -> list[ProcessRead]:
    found: list[ProcessRead] = []
    for each in processes:
        others = [it for it in processes if it.host == each.host and it is not each and it.since < each.until]
        same = [it for it in processes if (it.name, it.number, it.host) == (each.name, each.number, each.host)]
        is_back = any(
            each.until - _AT_ONCE <= it.since <= each.until + _BACK_WITHIN for it in same if it.since > each.since
        )
        with_it = [it for it in others if abs(it.until - each.until) <= _AT_ONCE and it.name != each.name]
        running = [it for it in others if it.until >= each.until - _AT_ONCE and it.name != each.name]
        is_all = bool(running) and len(with_it) == len(running)
        if not each.has_ended and not each.is_alive and is_back and not is_all:
            found.append(each)
    return found


def _deaths(
    name: str, died: Sequence[ProcessRead], slots: Sequence[Slot], where: Placed, component_of: Mapping[str, str]
) -> Deaths:
    ours = [slot for slot in slots if base(slot.process) == name and slot.kind in SERVED]
    in_flight = Counter[str]()
    for each in died:
        last = [slot for slot in ours if slot.process == f"{each.name}.{each.number}" and slot.at <= each.until]
        at = max((slot.at for slot in last), default=0)
        suspects = {component_of.get(slot.capability) for slot in last if slot.at == at and slot.in_flight}
        suspects |= {
            component_of.get(slot.capability)
            for slot in slots
            if slot.kind == "client"
            and slot.at <= each.until + _AT_ONCE
            and slot.at > each.until - 3 * _AT_ONCE
            and _GONE in slot.codes
        }
        in_flight.update(each for each in suspects if each)
    times = {slot.at for slot in ours}
    flying: defaultdict[str, set[int]] = defaultdict(set)
    for slot in slots:
        component = component_of.get(slot.capability)
        # What others ask of it all the time is lost at every death, whatever the process died of.
        is_asked = slot.kind == "client" and slot.calls
        if component and slot.at in times and (is_asked or (base(slot.process) == name and slot.in_flight)):
            flying[component].add(slot.at)
    parts = tuple(sorted(where.in_process.get(name, ())))
    usually = {part: len(flying[part]) / len(times) if times else 1.0 for part in parts}
    return Deaths(name, parts, len(died), {part: in_flight[part] for part in parts}, usually)
