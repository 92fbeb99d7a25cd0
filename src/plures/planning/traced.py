"""Requests that have a trace, and what they would take in another topology."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Final

from msgspec import Struct

from plures.telemetry import Reading, TraceFilter

from .present import Present
from .replay import Placed, Request, Slot, Step, Wait, begun_side_by_side, bursts_of, replayed, requests_of
from .values import Target

_TRACES: Final = 60
"""Of each kind of request; those that were kept last."""
_SPANS: Final = 3_000
"""A longer one is a job, and no request."""
_LEAST_SEEN: Final = 50


class Traced(Struct, frozen=True):
    """Requests of one kind, each once as it was and as it would be.

    Attributes:
        took: Microseconds, of each, as its trace says.
        then: As predicted.
        most: As predicted, where nothing runs side by side.
        remote_now: Remote calls of each.
        remote_then: The same in the other topology.
        beside: Of those that become remote, calls that are made right after others, all requests together.
        added: Calls that become remote, all together.
    """

    took: Sequence[float]
    then: Sequence[float]
    most: Sequence[float]
    remote_now: Sequence[int]
    remote_then: Sequence[int]
    beside: int
    added: int


def traces_of(reading: Reading, present: Present) -> dict[str, list[Request]]:
    """Kind of request → those that have a trace, because they were drawn: others are kept for being slow, or for failing."""
    names = {each.name for each in present.requests}
    ids: dict[str, None] = {}
    for name in sorted(names):
        wanted = TraceFilter(operation=name, since=present.since, until=present.until)
        ids.update((each.id, None) for each in reading.traces(wanted, limit=_TRACES) if each.kept_for == "drawn")
    found: dict[str, list[Request]] = defaultdict(list)
    for id_ in ids:
        read = reading.trace(id_, most_spans=_SPANS, most_lines=0)
        # It may be gone by now.
        if read is None or read.line.spans > len(read.spans):
            continue
        for request in requests_of(read.spans):
            if request.root.span.name in names:
                found[request.root.span.name].append(request)
    return dict(found)


def placed(target: Target) -> Placed:
    """Whether a call is remote in a topology; what it does not have stays as it is."""

    def will(step: Step) -> bool:
        return is_remote(target, step.span.caller, step.span.capability, is_now=step.is_remote)

    return will


def is_remote(target: Target, caller: str, capability: str, *, is_now: bool) -> bool:
    """Whether one calls the other over the wire in a topology."""
    source, home = target.homes.get(caller), target.homes.get(capability)
    return is_now if source is None or home is None else source != home


def waits_seen(requests: Iterable[Request]) -> float | None:
    """What half of the remote calls took at most beyond the work itself, in microseconds; None where too few are known."""
    ways = [
        step.ended - step.began - step.inner
        for request in requests
        for step in request.steps
        if step.is_call and step.is_remote and step.inner >= 0
    ]
    return max(0.0, float(median(ways))) if len(ways) >= _LEAST_SEEN else None


def tried(requests: Mapping[str, Sequence[Request]], target: Target, wait: Wait) -> dict[str, Traced]:
    """All of them, in another topology."""
    will = placed(target)
    beside = begun_side_by_side(request for each in requests.values() for request in each)
    return {name: _tried(each, will, wait, beside) for name, each in requests.items()}


def _tried(requests: Sequence[Request], will: Placed, wait: Wait, beside: frozenset[Slot]) -> Traced:
    calls = [[step for step in request.steps if step.is_call] for request in requests]
    bursts = [bursts_of(each, will) for each in requests]
    return Traced(
        [float(each.root.ended - each.root.began) for each in requests],
        [replayed(each, will, wait, beside) for each in requests],
        [replayed(each, will, wait, None) for each in requests],
        [sum(step.is_remote for step in each) for each in calls],
        [sum(will(step) for step in each) for each in calls],
        sum(each[0] for each in bursts),
        sum(each[1] for each in bursts),
    )
