"""What a request asks over an edge, by the traces that were drawn, and by what was counted.

Only so many requests of each kind are drawn in a second, so what is asked often is drawn less than its share. What drawn traces show of a kind of
requests is therefore multiplied by how many of that kind were counted. What no request waits for, such as jobs and events, is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from plures.telemetry import Figures, KeptSpan, Slot, middle_s

from .period import MICROSECONDS, is_probe
from .values import Talk

_MOST_DEEP: Final = 100
_LATER: Final = {"producer", "consumer"}
Entry = tuple[str, str, str]
"""Kind, name and capability of what a request begins with."""
Edge = tuple[str, str]


@dataclass
class _Asked:
    """What requests of one kind ask over an edge."""

    requests: int = 0
    calls: int = 0
    remote: int = 0
    lasted: list[int] = field(default_factory=list[int])
    traces: set[int] = field(default_factory=set[int])


def talks(
    spans: Sequence[KeptSpan],
    slots: Sequence[Slot],
    points: Iterable[Figures],
    component_of: Mapping[str, str],
    seconds: int,
) -> tuple[Talk, ...]:
    """Every edge between two components, as requests pass it."""
    asked, drawn = _asked(spans, component_of)
    counted: Counter[Entry] = Counter()
    for slot in slots:
        counted[slot.kind, slot.name, slot.capability] += slot.calls
    measured = [each for each in points if each.kind in {"client", "server", "internal"}]
    found: list[Talk] = []
    for edge in sorted({edge for _, edge in asked}):
        kinds = {entry: it for (entry, of), it in asked.items() if of == edge}
        weights = {entry: max(1.0, counted[entry] / drawn[entry]) for entry in kinds}
        requests = sum(weights[entry] * it.requests for entry, it in kinds.items())
        calls = sum(weights[entry] * it.calls for entry, it in kinds.items())
        remote = sum(weights[entry] * it.remote for entry, it in kinds.items())
        lasted = sum(weights[entry] * it.requests * _mean(it.lasted) for entry, it in kinds.items())
        ours = [
            each
            for each in measured
            if _edge(each.caller, each.capability, component_of) == edge and each.kind != "server"
        ]
        total = sum(each.calls for each in ours)
        moved = sum(each.sent_bytes + each.received_bytes for each in ours)
        is_remote = remote > calls / 2
        found.append(
            Talk(
                *edge,
                is_remote=is_remote,
                calls=total,
                requests=round(requests),
                seen=len(set[int]().union(*(it.traces for it in kinds.values()))),
                calls_per_request=calls / requests,
                bytes_per_request=moved / total * calls / requests if total else 0.0,
                way_us=_way(ours, measured) if is_remote else 0.0,
                request_us=lasted / requests,
                seconds=seconds,
            )
        )
    return tuple(found)


def _asked(
    spans: Sequence[KeptSpan], component_of: Mapping[str, str]
) -> tuple[dict[tuple[Entry, Edge], _Asked], Counter[Entry]]:
    by_id = {(each.trace, each.id): each for each in spans}
    asked: defaultdict[tuple[Entry, Edge], _Asked] = defaultdict(_Asked)
    drawn: Counter[Entry] = Counter()
    calls: defaultdict[tuple[int, int], Counter[tuple[Edge, bool]]] = defaultdict(Counter)
    for each in spans:
        if _is_entry(each, by_id):
            drawn[each.kind, each.name, each.capability] += 1
        edge = _edge(each.caller, each.capability, component_of)
        entry = _entry_of(each, by_id) if edge and each.kind in {"client", "internal"} else None
        if edge and entry is not None:
            calls[entry.trace, entry.id][edge, each.placement == "remote"] += 1
    for key, passed in calls.items():
        entry = by_id[key]
        for edge in {edge for edge, _ in passed}:
            it = asked[(entry.kind, entry.name, entry.capability), edge]
            it.requests += 1
            it.calls += passed[edge, True] + passed[edge, False]
            it.remote += passed[edge, True]
            it.lasted.append(entry.lasted)
            it.traces.add(entry.trace)
    return asked, drawn


def _edge(caller: str, capability: str, component_of: Mapping[str, str]) -> Edge | None:
    """None within one component, and where one of them is none."""
    left, right = component_of.get(caller), component_of.get(capability)
    return (left, right) if left and right and left != right else None


def _is_entry(span: KeptSpan, by_id: Mapping[tuple[int, int], KeptSpan]) -> bool:
    """Whether a request from outside begins here: at the edge, or at a capability that is called from elsewhere."""
    if span.kind != "server" or is_probe(span.name):
        return False
    return not span.capability or (span.trace, span.parent) not in by_id


def _entry_of(span: KeptSpan, by_id: Mapping[tuple[int, int], KeptSpan]) -> KeptSpan | None:
    """The request that waits for it; None where none does."""
    for _ in range(_MOST_DEEP):
        above = by_id.get((span.trace, span.parent))
        if above is None or above.kind in _LATER:
            return None
        if _is_entry(above, by_id):
            return above
        span = above
    return None


def _way(ours: Sequence[Figures], measured: Sequence[Figures]) -> float:
    """What a remote call takes beyond the work of the callee, by operation. Means, since it is what calls take together that a request waits for."""
    served: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for each in measured:
        if each.kind == "server":
            served[each.capability, each.name].update(each.buckets)
    total = calls = 0.0
    for each in ours:
        work = served.get((each.capability, each.name))
        if each.kind == "client" and each.calls and work:
            total += each.calls * max(0.0, _mean_us(each.buckets) - _mean_us(work))
            calls += each.calls
    return total / calls if calls else 0.0


def _mean_us(buckets: Mapping[int, int]) -> float:
    """The mean without the slowest of a hundred, so that one call that hung is no way."""
    many = sum(buckets.values())
    left = kept = many - many // 100
    total = 0.0
    for index, calls in sorted(buckets.items()):
        total += min(calls, left) * middle_s(index)
        left -= min(calls, left)
    return total / kept * MICROSECONDS if kept else 0.0


def _mean(lasted: Sequence[int]) -> float:
    """The same of requests."""
    kept = sorted(lasted)[: len(lasted) - len(lasted) // 100]
    return sum(kept) / len(kept)
