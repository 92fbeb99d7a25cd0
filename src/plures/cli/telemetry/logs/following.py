"""Finds lines of the log: the latest first of all, and then what comes."""

import logging
from pathlib import Path
from time import sleep, time
from typing import Final

from msgspec import Struct

from plures.cli.console import say
from plures.cli.telemetry.chosen import chosen_id
from plures.cli.telemetry.telling import one_line
from plures.telemetry import LogFilter, LogRead, NoTelemetry, Reading, TelemetryUnreadable

from .ordering import InOrder

_EVERY_S: Final = 0.3
_AT_ONCE: Final = 2_000
_MOST_FAILURES: Final = 20


class Sought(Struct, frozen=True):
    """What is asked of a line. What is empty or 0 asks nothing.

    Attributes:
        process: Its name, or that of a replica, as in `search.1`.
        level: Name of the least level.
        trace: The id of a trace, its beginning, or the id of a request.
        text: Words.
        since: In microseconds since 1970.
        name: Of a process, or of a replica; or else of a capability, in whichever process it is.
    """

    process: str = ""
    level: str = ""
    trace: str = ""
    text: str = ""
    since: int = 0
    name: str = ""

    def filter(self, store: Reading) -> LogFilter:
        """The same, for the store. Raises `SeveralTraces`."""
        is_process = self.name.partition(".")[0] in {each.name for each in store.processes()}
        return LogFilter(
            process=self.process or (self.name if is_process else ""),
            capability="" if is_process else self.name,
            level=logging.getLevelNamesMapping()[self.level.upper()] if self.level else 0,
            trace=chosen_id(store, self.trace) if self.trace else "",
            text=self.text,
            since=self.since,
        )


class Following:
    """The log of an application. Where the store is begun anew, it goes on with the new one; what is gone before it could be read is told."""

    def __init__(self, store: Reading, sought: Sought) -> None:
        self._store = store
        self._sought = sought
        self._filter: LogFilter | None = None
        self._order = InOrder()
        self._file: int | None = _number_of(store.path)
        self._last = 0
        self._lost: int | None = None
        self._failures = 0

    def latest(self, most: int, *, waits: bool) -> list[LogRead]:
        """The last ones so far, in the order of time.

        Args:
            waits: Whether a store is waited for where there is none yet.
        """
        try:
            # What is written meanwhile is followed.
            self._last = self._store.last_log()
            wanted = self._wanted()
            # Of those that were written last, others may have been logged earlier.
            found = self._store.logs(wanted, before=self._last + 1, limit=most + _AT_ONCE) if most else []
        except NoTelemetry:
            if not waits:
                raise
            say(("There is no telemetry yet; this waits for it.", "dim"), err=True)
            return []
        return sorted(found, key=lambda line: (line.at, line.id))[-most:] if most else []

    def nothing(self) -> str:
        """What to say and do where no line was found."""
        if not self._last:
            return "No process has logged anything yet. What `logging` of Python writes in `plures run` is kept; -f waits for it."
        if self._sought == Sought():
            return "No line is there any more: the oldest ones go first. -f waits for those that come."
        return "No line is as asked for. Ask for less, such as an earlier --since or no --level, or wait for those that come with -f."

    def more(self) -> list[LogRead]:
        """What has come meanwhile and is due; blocks for a moment. Raises `TelemetryUnreadable` where nothing could be read for long."""
        sleep(_EVERY_S)
        try:
            self._look()
        except NoTelemetry:
            self._file = None
        except TelemetryUnreadable:
            # A process that finds it damaged puts it aside, and begins a new one.
            self._failures += 1
            if self._failures > _MOST_FAILURES:
                raise
        else:
            self._failures = 0
        return self._order.take(_now())

    def _look(self) -> None:
        file, written = _number_of(self._store.path), self._store.last_log()
        if file != self._file or written < self._last:
            self._file, self._last, self._lost = file, 0, None
        self._tell_gap()
        wanted = self._wanted()
        while True:
            found = self._store.logs(wanted, after=self._last, limit=_AT_ONCE)
            if found:
                self._last = found[-1].id
                self._order.put(found, _now())
            if len(found) < _AT_ONCE:
                break
        # Those that were not sought have been passed too.
        self._last = max(self._last, written)

    def _wanted(self) -> LogFilter:
        if self._filter is None:
            self._filter = self._sought.filter(self._store)
        return self._filter

    def _tell_gap(self) -> None:
        first = self._store.logs(after=0, limit=1)
        if self._last and first and first[0].id > self._last + 1:
            gone = first[0].id - self._last - 1
            self._last = first[0].id - 1
            say((f"… {gone:,} lines were deleted before they could be read: the store is bounded", "yellow"), err=True)
        processes = self._store.processes()
        lost = sum(each.lost for each in processes)
        if self._lost is not None and lost > self._lost:
            names = ", ".join(sorted({one_line(f"{each.name}.{each.number}") for each in processes if each.lost}))
            say((f"… {lost - self._lost:,} lines or spans of {names} could not be written", "yellow"), err=True)
        self._lost = lost


def _number_of(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _now() -> int:
    return int(time() * 1_000_000)
