"""Asks the store. Each question opens the file for itself, so that any thread may ask, and a file that was begun anew is seen."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Final, TypeVar

from plures.telemetry.store.anchor import MICROSECONDS
from plures.telemetry.store.schema import KEPT_IN

from . import figures as measured
from .filters import LogFilter, SubjectFilter, TraceFilter
from .logs import last_log, list_logs
from .opened import opened
from .running import slots, some_spans
from .shares import shares
from .traces import list_traces, read_trace, sample, trace_ids
from .values import (
    Figures,
    GaugeRead,
    KeptSpan,
    LogRead,
    ProcessRead,
    SeriesPoint,
    Slot,
    SpanColumns,
    TraceLine,
    TraceRead,
)

T = TypeVar("T")
_SILENT_S: Final = 15.0
"""A process that has not written for so long is not alive."""


class Reading:
    """What is in the file of a data folder. Every method blocks for as long as SQLite reads, 10 s at most.

    Raises, of every method:
        NoTelemetry: There is no file yet.
        TelemetryNewer: A later version of Plures has made it.
        TelemetryUnreadable: It is damaged, or a question took too long.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / KEPT_IN

    def traces(
        self, wanted: TraceFilter | None = None, *, before: int = 0, limit: int = 100, longest: bool = False
    ) -> list[TraceLine]:
        """Traces, those that were kept last first, or those that lasted longest of all, which have one page.

        Args:
            before: The `number` of the last line of the page before; 0 for the first page.
        """
        return self._ask(lambda it: list_traces(it, wanted or TraceFilter(), before, limit, longest=longest))

    def trace(self, id_: str, *, most_spans: int = 50_000, most_lines: int = 1_000) -> TraceRead | None:
        """A trace with its spans and its lines of the log; None where there is none with this id."""
        return self._ask(lambda it: read_trace(it, id_, most_spans, most_lines))

    def sample(self, wanted: TraceFilter, *, limit: int = 100, most_spans: int = 2_000) -> list[SpanColumns]:
        """The spans of traces, at most so many of each; the newest traces first."""
        return self._ask(lambda it: sample(it, wanted, limit, most_spans))

    def trace_ids(self, prefix: str, limit: int = 10) -> list[tuple[str, int]]:
        """Ids of traces that begin so, and when those began."""
        return self._ask(lambda it: trace_ids(it, prefix, limit))

    def points(self, since: int, until: int, wanted: SubjectFilter | None = None) -> list[Figures]:
        """What was measured of each subject. Times are rounded to ten seconds, and to five minutes where they are long ago."""
        asked = wanted or SubjectFilter()
        return self._ask(lambda it: measured.figures(it, since, until, asked, by_operation=True))

    def edges(self, since: int, until: int, *, by_operation: bool = False) -> list[Figures]:
        """Who calls whom, as callers have measured it, and events; the operations of an edge are taken together unless they are asked for."""
        found = self._ask(lambda it: measured.figures(it, since, until, SubjectFilter(), by_operation=by_operation))
        return [each for each in found if each.caller and each.kind != "gauge"]

    def series(
        self, since: int, until: int, wanted: SubjectFilter | None = None, *, step_s: int = 10
    ) -> list[SeriesPoint]:
        """What was measured of some subjects together, by time.

        Args:
            step_s: Rounded down to whole tens; five minutes at least where the beginning is more than two hours ago.
        """
        return self._ask(lambda it: measured.series(it, since, until, wanted or SubjectFilter(), step_s))

    def names(self, wanted: SubjectFilter | None = None) -> list[str]:
        """Operations, routes and events of which anything is kept."""
        return self._ask(lambda it: measured.names(it, wanted or SubjectFilter()))

    def contracts(self) -> list[str]:
        """Versions of contracts of whose calls anything is kept."""
        return self._ask(measured.contracts)

    def hosts(self, since: int, until: int) -> list[tuple[str, str]]:
        """Capabilities, and a process in which each was called, as in `search.1`; the edge is the capability without a name."""
        return self._ask(lambda it: measured.hosts(it, since, until))

    def gauges(self, since: int, until: int, name: str = "", *, step_s: int = 10) -> list[GaugeRead]:
        """Figures by time, of ten seconds or, where `step_s` is 300 or more or it is long ago, of five minutes each; with no name, all."""
        return self._ask(lambda it: measured.gauges(it, since, until, name, step_s))

    def shares(self, since: int, until: int, name: str) -> dict[str, float]:
        """Capability → what it took, as the gauge `CPU_SHARE` or `DATABASE_SHARE` says, on average and in all processes together."""
        return shares(self.gauges(since, until, name))

    def slots(self, since: int, until: int, *, step_s: int = 10) -> list[Slot]:
        """Calls by subject, time and process; of ten seconds, kept for two hours, or, where `step_s` is 300 or more, of five minutes each."""
        return self._ask(lambda it: slots(it, since, until, step_s))

    def some_spans(
        self, since: int, until: int, *, failed: bool = False, most_traces: int = 2_000, most_spans: int = 100_000
    ) -> list[KeptSpan]:
        """Spans of many traces: of those that were drawn at their beginning, so slow ones are among them as often as they happen.

        Args:
            failed: Of those that have a fault instead, of which all are kept.
            most_traces: Where there are more, each second one, or each third, and so on, from all of the time.
        """
        return self._ask(lambda it: some_spans(it, since, until, most_traces, most_spans, failed=failed))

    def logs(
        self, wanted: LogFilter | None = None, *, after: int | None = None, before: int = 0, limit: int = 200
    ) -> list[LogRead]:
        """Lines in the order in which they were written.

        Args:
            after: The `id` of a line: those that follow it, for a tail. None for the last ones.
            before: The `id` of a line: the last ones before it; 0 for the last ones of all.
        """
        return self._ask(lambda it: list_logs(it, wanted or LogFilter(), after, before, limit))

    def last_log(self) -> int:
        """The `id` of the line that was written last; 0 where there was none."""
        return self._ask(last_log)

    def processes(self) -> list[ProcessRead]:
        """The replicas that have written, those that began last first."""
        silent = (time() - _SILENT_S) * MICROSECONDS
        sql = "SELECT name, number, pid, host, version, since, until, ended, lost FROM processes ORDER BY id DESC"

        def read(connection: sqlite3.Connection) -> list[ProcessRead]:
            return [
                ProcessRead(
                    name, number, pid, host, version, since, until, not ended and until > silent, lost, bool(ended)
                )
                for name, number, pid, host, version, since, until, ended, lost in connection.execute(sql)
            ]

        return self._ask(read)

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with opened(self._folder) as connection:
            return question(connection)
