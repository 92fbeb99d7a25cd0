"""How many spans one core writes a second, and how long each view takes with a million of them: `python -m bench.telemetry`."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import time
from typing import Any, Final

from plures.telemetry.store.reading import LogFilter, Reading, SubjectFilter, TraceFilter

from .filling import fill

_HOUR_US: Final = 3600 * 1_000_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--spans", type=int, default=1_000_000)
    arguments.add_argument("--mib", type=int, default=1024)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="plures-telemetry-") as folder:
        fill(Path(folder), told.spans, told.mib)
        _views(Reading(Path(folder)))


def _views(reading: Reading) -> None:
    until = int(time() * 1e6)
    since = until - 2 * _HOUR_US
    first = reading.traces()[0]
    named = next(span for span in reading.trace(first.id).spans if span.caller)  # type: ignore[union-attr]
    views: dict[str, Callable[[], Any]] = {
        "traces, the last 100": reading.traces,
        "traces by operation": lambda: reading.traces(TraceFilter(operation=named.name)),
        "traces by operation and duration (rare)": lambda: reading.traces(TraceFilter(operation=named.name, over=45_000)),
        "traces by duration alone (rare)": lambda: reading.traces(TraceFilter(over=500_000)),
        "traces that failed": lambda: reading.traces(TraceFilter(faults=True)),
        "traces by code and caller": lambda: reading.traces(TraceFilter(code="unavailable", caller=named.caller)),
        "traces by a code that none has": lambda: reading.traces(TraceFilter(code="internal")),
        "traces by capability and failure": lambda: reading.traces(TraceFilter(capability=named.capability, faults=True)),
        "traces by capability, none so long": lambda: reading.traces(TraceFilter(capability=named.capability, over=10**9)),
        "traces by attribute": lambda: reading.traces(TraceFilter(attribute=("order", "77"))),
        "traces by attribute and operation": lambda: reading.traces(TraceFilter(attribute=("order", "77"), operation="GET /product")),
        "traces of an earlier time": lambda: reading.traces(TraceFilter(since=since, until=since + _HOUR_US + 60_000_000)),
        "one trace": lambda: reading.trace(first.id),
        "ids by prefix": lambda: reading.trace_ids(first.id[:6]),
        "edges of the last hour": lambda: reading.edges(since, until),
        "edges of one minute": lambda: reading.edges(until - 10 * 60_000_000, until - 9 * 60_000_000),
        "figures of each operation": lambda: reading.points(since, until),
        "series of a capability": lambda: reading.series(until - _HOUR_US, until, SubjectFilter(capability=named.capability)),
        "series of everything": lambda: reading.series(until - _HOUR_US, until, step_s=300),
        "logs, the last 200": reading.logs,
        "logs by level": lambda: reading.logs(LogFilter(level=40)),
        "logs by text (common)": lambda: reading.logs(LogFilter(text="order placed")),
        "logs by text (rare)": lambda: reading.logs(LogFilter(text="4711")),
        "logs by logger that none has": lambda: reading.logs(LogFilter(logger="nobody")),
        "processes": reading.processes,
    }  # fmt: skip
    for name, view in views.items():
        found, took = None, list[float]()
        for _ in range(3):
            began = time()
            found = view()
            took.append((time() - began) * 1000)
        many = len(found) if isinstance(found, list) else 1
        print(f"{name:45} {median(took):7.1f} ms, at most {max(took):7.1f} ({many} found)")


if __name__ == "__main__":
    main()
