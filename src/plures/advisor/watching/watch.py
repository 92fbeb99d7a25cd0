"""Reads what a running application showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plures.advisor.errors import TelemetryOfAnother
from plures.telemetry import Reading

from .asking import talks
from .failures import deaths, failing
from .homes import home_of
from .names import components_of, joined
from .owning import own_shares
from .period import MICROSECONDS, chosen, is_probe, is_request, period_of
from .places import base, placed
from .processors import CPU, LATE, loads
from .values import EDGE, Watched

_SOME: Final = 8
_TURNED_AWAY: Final = "Overloaded"


@dataclass(frozen=True)
class WatchRequest:
    """Which telemetry to read.

    Attributes:
        store: The file of the store, or the data folder that it lies in.
        since: Microseconds since 1970; 0 for all that is kept.
        until: The same; 0 for the end.
        codebase: Where the components are, for what is said where they are others; None where that is not known.
    """

    store: Reading
    since: int = 0
    until: int = 0
    codebase: Path | None = None


def watch(request: WatchRequest, components: Sequence[str]) -> Watched:
    """What the application showed of the components.

    Raises:
        TelemetryOfAnother: None of the capabilities in it is a component here.
        PluresError: There is no telemetry, or it cannot be read.
    """
    store = request.store
    processes = store.processes()
    begin, end, slot_s = chosen(processes, request.since, request.until)
    slots = store.slots(begin, end, step_s=slot_s)
    known = {each.caller: "" for each in slots if each.caller and each.caller != EDGE}
    known |= {each.capability: each.contract for each in sorted(slots, key=lambda it: it.contract) if each.capability}
    component_of = components_of(known, components)
    if known and not component_of:
        raise TelemetryOfAnother(
            str(store.path),
            ", ".join(joined(known)[:_SOME]),
            ", ".join(sorted(components)[:_SOME]),
            *home_of(known, request.codebase),
        )
    period = period_of(begin, end, slot_s, slots)
    where = placed(slots, component_of)
    gauges = [each for name in (CPU, LATE) for each in store.gauges(begin, end, name, step_s=slot_s)]
    spans = store.some_spans(begin, end)
    failed = store.some_spans(begin, end, failed=True)
    seconds = len({each.at for each in slots if each.calls}) * slot_s
    probes = (each for each in slots if each.kind == "server" and not each.capability and is_probe(each.name))
    return Watched(
        source=str(store.path),
        period=period,
        requests=sum(each.calls for each in slots if is_request(each)),
        turned_away=sum(each.codes.get(_TURNED_AWAY, 0) for each in slots if is_request(each)),
        probes=sum(each.calls for each in probes),
        processes=joined(base(each.process) for each in slots),
        own=tuple(name for name in sorted(where.process_of) if where.is_alone(name)),
        loads=loads(slots, gauges, processes, where, component_of, own_share=own_shares(spans), slot_s=slot_s),
        talks=talks(spans, slots, store.points(begin, end), {**component_of, EDGE: EDGE}, seconds),
        failing=failing(slots, failed, where, component_of),
        deaths=deaths(processes, slots, where, component_of, since=begin, until=end + MICROSECONDS),
        unknown=joined(known.keys() - component_of.keys()),
    )
