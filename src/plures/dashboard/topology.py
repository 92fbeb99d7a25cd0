"""Capabilities in their processes, and the calls between them, at a moment."""

from collections.abc import Iterable
from typing import Any, Final

from plures.telemetry import Figures, ProcessRead, Reading, SpanKind

from .about import About
from .asked import Asked
from .figures import CALLEES, CALLERS, Sum, summed, taken

_US: Final = 1_000_000
_OVER_S: Final = 60
_HOUR: Final = 3600 * _US
_NOWHERE: Final = "not seen yet"
_DESKS: Final = frozenset(("events", "sagas"))
"""By which people and commands ask each process: capabilities of Plures itself."""
EDGE: Final = "the edge"
"""What the edge is called as a caller."""

_Edge = tuple[str, str, str]


def topology(reading: Reading, asked: Asked, about: About, now: int) -> dict[str, Any]:
    """The minute before a moment, which is `ago` minutes before now; or another time, as it was at its end.

    Args:
        now: In microseconds since 1970.
    """
    ago = asked.number("ago", 0, most=60) or 0
    since, until = asked.period(now - int(ago * 60 * _US), _OVER_S / 60)
    asked.check()
    points = reading.points(since, until)
    hosts = hosts_of(reading, min(since, until - _HOUR), until)
    replicas = [each for each in reading.processes() if each.since <= until and each.until >= since - 600 * _US]
    by_capability = summed(
        points, lambda each: each.capability or EDGE if each.kind in (*CALLEES, SpanKind.CONSUMER.value) else None
    )
    took = taken(reading, since, until)
    known = {each.name for each in about.capabilities}
    names = known | ({*hosts, *by_capability} - _DESKS)
    return {
        "since": since,
        "until": until,
        "processes": _processes(replicas, hosts, sorted(names), until),
        "capabilities": [
            {"name": name, **by_capability.get(name, Sum()).told(), **took(name)} for name in sorted(names)
        ],
        "edges": _edges(points, about),
    }


def hosts_of(reading: Reading, since: int, until: int) -> dict[str, set[str]]:
    """Capability → the processes in which it was called; the edge is among them."""
    found: dict[str, set[str]] = {}
    for capability, process in reading.hosts(since, until):
        found.setdefault(capability or EDGE, set()).add(process.rpartition(".")[0])
    return found


def is_live(replica: ProcessRead, at: int) -> bool:
    """Whether a replica was there at a moment."""
    return replica.is_alive if at > replica.until else replica.since <= at


def _processes(
    replicas: list[ProcessRead], hosts: dict[str, set[str]], names: list[str], until: int
) -> list[dict[str, Any]]:
    # What was measured in a process tells of it where its replicas are not known, such as by a clock that was moved.
    measured = sorted({process for where in hosts.values() for process in where})
    processes = dict.fromkeys([*(each.name for each in replicas), *measured])
    # In one process all are there, called or not.
    only = next(iter(processes)) if len(processes) == 1 else _NOWHERE
    placed = {name: hosts.get(name) or {only} for name in names}
    found = [_process(name, [each for each in replicas if each.name == name], placed, until) for name in processes]
    nowhere = [name for name in names if placed[name] == {_NOWHERE}]
    return [*found, *([_process(_NOWHERE, [], placed, until)] if nowhere else [])]


def _process(name: str, replicas: list[ProcessRead], placed: dict[str, set[str]], until: int) -> dict[str, Any]:
    return {
        "name": name,
        "live": len({each.number for each in replicas if is_live(each, until)}),
        "capabilities": [capability for capability, where in placed.items() if name in where],
        "replicas": [
            {
                "number": each.number, "pid": each.pid, "host": each.host, "version": each.version, "since": each.since, "until": each.until,
                "is_live": is_live(each, until),
            }
            for each in sorted(replicas, key=lambda each: (each.number, -each.since))
        ],
    }  # fmt: skip


def edge_of(subject: Figures) -> _Edge | None:
    """From whom to whom, and how; None for what tells of no edge, or of one that the other side tells of."""
    if subject.kind == SpanKind.CONSUMER.value and subject.caller:
        return subject.caller, subject.capability, "event"
    if subject.kind in CALLERS and subject.caller and subject.capability:
        return subject.caller, subject.capability, subject.placement or "local"
    return None


def _edges(points: Iterable[Figures], about: About) -> list[dict[str, Any]]:
    sums = summed(points, edge_of)
    seen = {(caller, callee) for caller, callee, _ in sums}
    for each in about.capabilities:
        declared = [
            *((each.name, callee, "local") for callee in each.calls),
            *((other, each.name, "event") for other in each.hears),
        ]
        for edge in declared:
            if edge[:2] not in seen:
                sums.setdefault(edge, Sum())
    return [
        {"from": caller, "to": callee, "kind": kind, **found.told()}
        for (caller, callee, kind), found in sorted(sums.items(), key=lambda each: each[0])
    ]
