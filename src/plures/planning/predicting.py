"""Telemetry → what changes in another topology."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from os import cpu_count
from statistics import median
from time import time
from typing import Final

from plures.telemetry import Figures, Reading, quantile

from .present import US, Present, present
from .replay import Wait
from .traced import Traced, is_remote, traces_of, tried, waits_seen
from .values import EDGE, Cost, Edge, Move, Pace, Plan, Route, Target, Total

_FEW: Final = 20
_BUSY: Final = 0.7
_CALLS: Final = ("client", "internal")


def predict(reading: Reading, target: Target, others: Sequence[Target], cost: Cost, *, since: int, until: int) -> Plan:
    """What changes in a topology, against what was measured.

    Args:
        others: All topologies of plures.toml: one of them may be what runs.

    Raises:
        NothingMeasured: No request was measured in this time.
        NoTelemetry, TelemetryNewer, TelemetryUnreadable: As of `Reading`.
    """
    seen = present(reading, since, until)
    running = running_of(seen, others)
    edges, unchanged = _edges(seen, target)
    replicas = sum(target.replicas.values())
    running_now = sum(map(len, seen.processes.values()))
    pace = _pace(seen, target, cost)
    requests = traces_of(reading, seen)
    known = waits_seen(request for each in requests.values() for request in each)
    wait = Wait(pace.wait_us if known is None else known, cost.beside_wait_us)
    traced = tried(requests, target, wait)
    cpu, memory = sum(seen.cpu.values()), sum(seen.memory.values())
    fixed = replicas * cost.idle_cpu
    now_p50, then_p50 = _overall(seen, traced)
    per_request = [
        sum(each.per_request for each in edges if each.becomes == way and not each.is_event)
        for way in ("remote", "local")
    ]
    remote_now = _remote(seen)
    return Plan(
        target=target.name,
        present=running.name if running else "",
        since=seen.since,
        until=seen.until,
        made=int(time() * US),
        requests=seen.calls,
        per_s=seen.calls / seen.seconds,
        now=Total(cpu, round(memory), running_now, now_p50, remote_now),
        then=Total(
            max(fixed, cpu + _cpu_added(seen, edges, traced, pace, cost) + (replicas - running_now) * cost.idle_cpu),
            max(0, round(memory + (replicas - running_now) * cost.memory_bytes)),
            replicas,
            then_p50,
            max(0.0, remote_now + per_request[0] - per_request[1]),
        ),
        cpu_fixed=fixed,
        cost=cost,
        wait_from="measured" if known is None else "seen",
        routes=_routes(seen, traced),
        edges=edges,
        moves=_moves(seen, running, target),
        processes=tuple(sorted(seen.processes)),
        processes_then=tuple(target.replicas),
        notes=tuple(_notes(seen, running, target, traced)),
        others=unchanged,
        homes=running.homes if running else {name: min(where) for name, where in seen.homes.items()},
        homes_then=target.homes,
    )


def running_of(seen: Present, topologies: Iterable[Target]) -> Target | None:
    """The topology that runs; None where plures.toml has none like it."""
    for each in topologies:
        fits = all(each.homes.get(name) in where for name, where in seen.homes.items() if name in each.homes)
        if fits and set(each.replicas) == set(seen.processes):
            return each
    return None


def overall_p50(seen: Present) -> float | None:
    """What half of all requests took at most, in microseconds."""
    buckets: Counter[int] = Counter()
    for each in seen.requests:
        buckets.update(each.buckets)
    found = quantile(buckets, 0.5)
    return None if found is None else found * US


def remote_calls(seen: Present) -> int:
    """Calls between capabilities that went over the wire."""
    return sum(each.calls for each in seen.figures if each.kind == "client" and each.caller and each.capability)


def _remote(seen: Present) -> float:
    return remote_calls(seen) / max(1, seen.calls)


def _edges(seen: Present, target: Target) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
    """Those that take another way, and those that go on as they are."""
    changes: Counter[tuple[str, str, str, bool]] = Counter()
    stays: Counter[tuple[str, str, str, bool]] = Counter()
    for each in seen.figures:
        is_event = each.kind == "consumer"
        if not each.caller or not each.capability or not (is_event or (each.kind in _CALLS and each.placement)):
            continue
        is_now = _is_now(seen, each) if is_event else each.kind == "client"
        will = is_remote(target, each.caller, each.capability, is_now=is_now)
        where = changes if will != is_now else stays
        where[each.caller, each.capability, "remote" if will else "local", is_event] += each.calls
    return _counted(changes, seen.calls), _counted(stays, seen.calls)


def _counted(calls: Counter[tuple[str, str, str, bool]], requests: int) -> tuple[Edge, ...]:
    return tuple(
        Edge(caller, capability, many / max(1, requests), way, is_event)
        for (caller, capability, way, is_event), many in calls.most_common()
        if many
    )


def _is_now(seen: Present, event: Figures) -> bool:
    """Whether publisher and subscriber are in processes of their own; both write that an event was received."""
    one, other = seen.homes.get(event.caller, frozenset()), seen.homes.get(event.capability, frozenset())
    return len(seen.processes) > 1 and bool(one) and bool(other - one)


def _pace(seen: Present, target: Target, cost: Cost) -> Pace:
    """At the number of remote calls that are made then: the calls of a request follow each other, so that its caller does not sleep in between."""
    many = 0
    for each in seen.figures:
        if each.kind in _CALLS and each.placement and each.caller and each.capability:
            is_now = each.kind == "client"
            many += each.calls * is_remote(target, each.caller, each.capability, is_now=is_now)
    return cost.pace(many / seen.seconds)


def _cpu_added(seen: Present, edges: Sequence[Edge], traced: Mapping[str, Traced], pace: Pace, cost: Cost) -> float:
    """In processors."""
    per_request = sum(each.per_request if each.becomes == "remote" else -each.per_request for each in edges)
    added = sum(each.added for each in traced.values())
    beside = sum(each.beside for each in traced.values()) / added if added else 0.0
    per_call = (1 - beside) * pace.cpu_us + beside * cost.beside_cpu_us
    return per_request * seen.calls / seen.seconds * per_call / US


def _routes(seen: Present, traced: Mapping[str, Traced]) -> tuple[Route, ...]:
    found: list[Route] = []
    for each in sorted(seen.requests, key=lambda each: -each.calls):
        known = traced.get(each.name)
        measured = None if each.p50_us is None else float(each.p50_us)
        if known is None or measured is None:
            found.append(Route(each.name, each.calls, 0, p50_us=measured))
            continue
        was = median(known.took)
        found.append(
            Route(
                each.name,
                each.calls,
                len(known.took),
                sum(known.remote_now) / len(known.took),
                sum(known.remote_then) / len(known.took),
                measured,
                max(0.0, measured + median(known.then) - was),
                max(0.0, measured + median(known.most) - was),
            )
        )
    return tuple(found)


def _overall(seen: Present, traced: Mapping[str, Traced]) -> tuple[float | None, float | None]:
    """Now, and then: each trace counts for as many requests as there were of its kind."""
    now = overall_p50(seen)
    weights = {each.name: each.calls for each in seen.requests}
    was, will = list[tuple[float, float]](), list[tuple[float, float]]()
    for name, each in traced.items():
        weight = weights[name] / len(each.took)
        was += [(value, weight) for value in each.took]
        will += [(value, weight) for value in each.then]
    if now is None or not was:
        return now, None
    return now, max(0.0, now + _middle(will) - _middle(was))


def _middle(weighted: list[tuple[float, float]]) -> float:
    half, so_far = sum(weight for _, weight in weighted) / 2, 0.0
    for value, weight in sorted(weighted):
        so_far += weight
        if so_far >= half:
            return value
    return 0.0


def _moves(seen: Present, running: Target | None, target: Target) -> tuple[Move, ...]:
    found: list[Move] = []
    for store in target.stores:
        source = running.homes.get(store.capability, "") if running else min(seen.homes.get(store.capability, {""}))
        home = target.homes.get(store.capability, "")
        if source and home and source != home:
            found.append(Move(store, source, home, leaves=home in target.elsewhere))
    return tuple(found)


def _notes(seen: Present, running: Target | None, target: Target, traced: Mapping[str, Traced]) -> Iterable[str]:
    if running is None:
        processes = ", ".join(sorted(seen.processes))
        yield f"What was measured are the processes {processes}; plures.toml has no topology like that. Calls are compared as they were seen."
    elif running.name == target.name:
        yield "This topology is the one that runs."
    called = {each.capability for each in seen.figures if each.calls and each.capability}
    never = sorted(name for name in target.homes if name not in called and name != EDGE)
    if never:
        yield f"Never called in this time: {', '.join(never)}. What they cost is in no figure."
    unknown = sorted(name for name in called if name not in target.homes)
    if unknown:
        yield f"Measured, and no longer in the application: {', '.join(unknown)}. Their calls are left as they are."
    if target.elsewhere:
        yield f"{', '.join(target.elsewhere)}: not of this application, or elsewhere. Calls to them are taken to cost what they do on this machine."
    silent = [each.name for each in seen.requests if each.name not in traced]
    if silent:
        yield f"No trace was drawn of {', '.join(sorted(silent))}: their time is not predicted."
    few = sum(len(each.took) for each in traced.values())
    if few < _FEW:
        yield f"Only {few} requests have a trace: the times are a guess."
    if sum(seen.cpu.values()) > _BUSY * (cpu_count() or 1):
        yield "The processors are busy: how long requests wait for one is not predicted."
