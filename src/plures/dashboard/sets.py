"""Two sets of requests compared: one process against many, before a deploy and after it."""

from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any, Final

from plures.telemetry import Measure, Measured, Reading, SubjectFilter, TraceFilter, measured

from .asked import Asked, Period
from .figures import CALLEES, summed

_LOOKED_AT: Final = 100
"""Traces of each set: so many tell where time goes, and are read at once."""
_STARTS: Final = 6
_HOUR_MIN: Final = 60
_NONE: Final = Measure()


def sets(reading: Reading, asked: Asked, now: int) -> dict[str, Any]:
    """How the requests of an operation fared in two sets, and which of their steps took how long.

    Each set has a time (`a_since`, `a_until` or `a_minutes`), and may have a process or a replica (`a_process`) and the version of a contract that
    its requests use (`a_contract`); so has `b`. What is told of `requests` is of all that were counted, the `steps` are of traces
    that are kept: of those that were drawn, so that failed and slow ones weigh no more than they should.
    """
    operation = asked.text("operation")
    periods = [asked.period(now, _HOUR_MIN, of) for of in ("a_", "b_")]
    asked.check()
    wanted = [_wanted(asked, of, period) for of, period in zip(("a_", "b_"), periods, strict=True)]
    found = [_read(reading, each) if operation else Measured() for each in wanted]
    names = sorted({*found[0].by_name, *found[1].by_name})
    steps: list[dict[str, Any]] = [
        {"name": name, "a": _step(found[0], name), "b": _step(found[1], name)} for name in names
    ]
    processes = reading.processes()
    return {
        "operation": operation,
        "operations": reading.names(SubjectFilter(kinds=CALLEES)),
        "processes": sorted({name for each in processes for name in (each.name, f"{each.name}.{each.number}")}),
        "contracts": reading.contracts(),
        "starts": [{"at": each.since, "name": f"{each.name}.{each.number}"} for each in processes[:_STARTS]],
        "a": _told(reading, wanted[0], found[0]),
        "b": _told(reading, wanted[1], found[1]),
        "steps": sorted(steps, key=lambda each: -abs(_path(each["b"]) - _path(each["a"]))),
    }


def _path(step: Mapping[str, Any] | None) -> float:
    return step["path"] if step else 0.0


def _wanted(asked: Asked, of: str, period: Period) -> TraceFilter:
    return TraceFilter(
        operation=asked.text("operation"),
        since=period.since,
        until=period.until,
        process=asked.text(f"{of}process"),
        contract=asked.text(f"{of}contract"),
        drawn_only=True,
    )


def _read(reading: Reading, wanted: TraceFilter) -> Measured:
    return measured(each.spans for each in reading.sample(wanted, limit=_LOOKED_AT))


def _told(reading: Reading, wanted: TraceFilter, found: Measured) -> dict[str, Any]:
    points = reading.points(
        wanted.since, wanted.until, SubjectFilter(kinds=CALLEES, name=wanted.operation, process=wanted.process)
    ) if wanted.operation else []  # fmt: skip
    counted = summed(points, lambda _: "all").get("all")
    return {
        "since": wanted.since,
        "until": wanted.until,
        "process": wanted.process,
        "contract": wanted.contract,
        # What meters count is of no contract that is used further down.
        "requests": None if counted is None or wanted.contract else counted.told(),
        "traces": found.many,
        "lasted": _spread(found.lasted),
        "processes": sorted(found.processes),
    }


def _step(found: Measured, name: str) -> dict[str, Any] | None:
    """Of each trace: calls, and what its end waited for this step itself, in microseconds."""
    measure = found.by_name.get(name, _NONE)
    if not measure.lasted:
        return None
    return {
        "calls": len(measure.lasted) / found.many,
        "remote": measure.remote / found.many,
        "faults": measure.faults / len(measure.lasted),
        "path": measure.path / found.many,
        **_spread(measure.lasted),
    }


def _spread(lasted: Sequence[int]) -> dict[str, float | None]:
    if len(lasted) < 2:  # noqa: PLR2004 - one has no spread
        return {"p50": lasted[0] if lasted else None, "p99": lasted[0] if lasted else None}
    at = quantiles(lasted, n=100, method="inclusive")
    return {"p50": at[49], "p99": at[98]}
