"""One capability and how it fares, all of them in a list, and figures over time."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from plures.telemetry import CPU_SHARE, DATABASE_SHARE, Figures, Reading, SubjectFilter, TraceFilter

from .about import About, AboutCapability
from .asked import Asked
from .figures import CALLEES, Sum, series_told, share_series, summed, taken
from .topology import edge_of, hosts_of, is_live

_US: Final = 1_000_000
_MINUTE: Final = 60 * _US
_HOUR: Final = 60 * _MINUTE
_FINE_S: Final = 10
_COARSE_S: Final = 300
_FINE_FOR: Final = 2 * _HOUR
_SLOTS: Final = 120
_EXAMPLES: Final = 60
_LOOKED_AT: Final = 400


def capabilities(reading: Reading, asked: Asked, about: About, now: int) -> dict[str, Any]:
    """All capabilities, with the figures of the last five minutes, or of another time."""
    since, until = asked.period(now, 5)
    asked.check()
    points = reading.points(since, until, SubjectFilter(kinds=CALLEES))
    sums = summed(points, lambda each: each.capability)
    hosts = hosts_of(reading, min(since, until - _HOUR), until)
    took = taken(reading, since, until)
    return {
        "since": since,
        "until": until,
        "seconds": (until - since) // _US,
        "capabilities": [
            {"name": each.name, "owner": each.owner, "processes": sorted(hosts.get(each.name, ())), **sums.get(each.name, Sum()).told(), **took(each.name)}
            for each in about.capabilities
        ],
    }  # fmt: skip


def capability(reading: Reading, asked: Asked, about: AboutCapability, now: int) -> dict[str, Any]:
    """One capability over the last hour, or another time."""
    name = about.name
    since, until = asked.period(now, 60)
    asked.check()
    into = reading.points(since, until, SubjectFilter(capability=name))
    out = reading.points(since, until, SubjectFilter(caller=name))
    own = [each for each in into if each.kind in CALLEES]
    live = [each for each in reading.processes() if is_live(each, now)]
    hosts = hosts_of(reading, min(since, until - _HOUR), until).get(name, set())
    step_s = max(60, _step_s(since, until, now))
    series = _series(reading, SubjectFilter(kinds=CALLEES, capability=name), since, until, step_s)
    for what, gauge in (("cpu", CPU_SHARE), ("database", DATABASE_SHARE)):
        gauges = reading.gauges(since, until, gauge, step_s=step_s)
        series[what] = share_series(gauges, name, series["at"], step_s)
    return {
        "name": name,
        "owner": about.owner,
        "doc": about.doc,
        "since": since,
        "until": until,
        "seconds": (until - since) // _US,
        "contracts": [{"name": contract, "stability": stability} for contract, stability in about.contracts],
        "processes": [{"name": each, "live": sum(one.name == each for one in live)} for each in sorted(hosts)],
        "operations": _rows(own, lambda each: (each.name, "")),
        "callers": _rows(into, lambda each: _end(each, 1, name, 0)),
        "callees": _rows(out, lambda each: _end(each, 0, name, 1)),
        "series": series,
        "examples": _spread(reading, TraceFilter(capability=name, since=since, until=until), until),
        "errors": _examples(reading, TraceFilter(capability=name, faults=True, since=since, until=until), 10),
    }


def metrics(reading: Reading, asked: Asked, now: int) -> dict[str, Any]:
    """Figures over the last hour, or another time, of an operation or a route; without one, of all that the edge answers. And gauges."""
    since, until = asked.period(now, 60)
    asked.check()
    operation = asked.text("operation")
    has_edge = bool(reading.names(SubjectFilter(kinds=CALLEES, at_edge=True)))
    wanted = SubjectFilter(kinds=CALLEES, name=operation, at_edge=has_edge and not operation)
    step_s = _step_s(since, until, now)
    # Without an edge it is all calls of all capabilities, of which fine points are too many to be added up while a person waits.
    of_all = step_s if has_edge or operation else max(step_s, _COARSE_S)
    return {
        "since": since,
        "until": until,
        "operations": reading.names(SubjectFilter(kinds=CALLEES)),
        "at_edge": has_edge,
        "series": _series(reading, wanted, since, until, of_all),
        "examples": _spread(reading, TraceFilter(operation=operation, since=since, until=until), until),
        "gauges": _gauges(reading, since, until, step_s),
    }


def _step_s(since: int, until: int, now: int) -> int:
    least = _FINE_S if since >= now - _FINE_FOR else _COARSE_S
    return int(max(least, (until - since) // _US // _SLOTS // least * least))


def _end(subject: Figures, own: int, name: str, other: int) -> tuple[str, str] | None:
    edge = edge_of(subject)
    return (edge[other], edge[2]) if edge is not None and edge[own] == name else None


def _rows(points: Iterable[Figures], key: Callable[[Figures], tuple[str, str] | None]) -> list[dict[str, Any]]:
    sums = summed(points, key)
    ordered = sorted(sums.items(), key=lambda each: (-each[1].calls, each[0]))
    return [{"name": name, "kind": kind, **found.told()} for (name, kind), found in ordered]


def _spread(reading: Reading, wanted: TraceFilter, until: int) -> list[dict[str, Any]]:
    """Of each part of a time the trace that took longest, and one that failed."""
    part = max(1, (until - wanted.since) // _EXAMPLES)
    chosen: dict[tuple[int, bool], dict[str, Any]] = {}
    for each in _examples(reading, wanted, _LOOKED_AT):
        key = ((each["began"] - wanted.since) // part, bool(each["code"]))
        if key not in chosen or chosen[key]["lasted"] < each["lasted"]:
            chosen[key] = each
    return [*chosen.values()]


def _examples(reading: Reading, wanted: TraceFilter, most: int) -> list[dict[str, Any]]:
    found = reading.traces(wanted, limit=most)
    return [
        {"trace": each.id, "began": each.began, "lasted": each.lasted, "name": each.name, "code": each.code or ("in a call" if each.faults else "")}
        for each in found
    ]  # fmt: skip


def _series(reading: Reading, wanted: SubjectFilter, since: int, until: int, step_s: int) -> dict[str, Any]:
    return series_told(reading.series(since, until, wanted, step_s=step_s), since=since, until=until, step_s=step_s)


def _gauges(reading: Reading, since: int, until: int, step_s: int) -> list[dict[str, Any]]:
    found: dict[tuple[str, str, str], tuple[list[int], list[float]]] = {}
    for each in reading.gauges(since, until, step_s=step_s):
        moments, values = found.setdefault((each.name, each.capability, each.process), ([], []))
        moments.append(each.at)
        values.append(each.value)
    return [
        {"name": name, "capability": capability, "process": process, "at": moments, "values": values}
        for (name, capability, process), (moments, values) in sorted(found.items())
    ]
