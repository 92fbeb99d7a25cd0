"""Writes what one process measures and notes into the file of its machine, once a second, in a thread of its own. No call waits for it."""

import logging
import threading
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from msgspec import Struct, field

from plures.telemetry.arriving import Origin
from plures.telemetry.telemetry import Telemetry
from plures.telemetry.tracing import Part, Trace

from .anchor import Anchor
from .bounding import Bounds
from .counted import Counted
from .file import File, Unwritable
from .lines import Gauge, LogLine, ProcessName
from .rows import TraceRows, rows_of
from .schema import FINE_S, KEPT_IN
from .sent import Sent, SentRows
from .writing import Batch

_LOG: Final = logging.getLogger("plures.telemetry")
_EVERY_S: Final = 1.0
_MOST_SPANS: Final = 20_000
_MOST_LINES: Final = 10_000
_MOST_GAUGES: Final = 10_000
_WAIT_S: Final = 1.0
_LAST_WAIT_S: Final = 0.25
_LAST_S: Final = 2.0


class _Waiting(Struct):
    """What is to be written with the next transaction."""

    traces: deque[TraceRows] = field(default_factory=deque[TraceRows])
    spans: int = 0
    sent: list[SentRows] = field(default_factory=list[SentRows])
    lines: deque[LogLine] = field(default_factory=deque[LogLine])


class Store:
    """What writes for one process. Lines and figures may be put in any thread, before `start` too.

    Args:
        folder: The data folder.
        every_s: How often it writes.
        count_s: How often it asks the meters.

    Attributes:
        lost: Spans, lines and figures that were not kept, so far.
    """

    def __init__(
        self,
        folder: Path,
        telemetry: Telemetry,
        process: ProcessName,
        bounds: Bounds | None = None,
        *,
        anchor: Anchor | None = None,
        every_s: float = _EVERY_S,
        count_s: float = FINE_S,
    ) -> None:
        self.path = folder / KEPT_IN
        self.lost = 0
        self._telemetry = telemetry
        self._anchor = anchor or Anchor()
        self._file = File(folder, process, bounds or Bounds(), self._anchor.now_us())
        self._every_s = every_s
        self._count_s = count_s
        self._lost_before = 0
        self._failing: list[object] = []
        self._lines: deque[LogLine] = deque()
        self._gauges: deque[Gauge] = deque()
        self._sent = Sent()
        self._waiting = _Waiting()
        self._counted = Counted()
        self._counted_at = float("-inf")
        self._is_told = False
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def put_log(self, line: LogLine) -> None:
        """Have a line kept; it is dropped where too many wait."""
        if len(self._lines) < _MOST_LINES:
            self._lines.append(line)
        else:
            self.lost += 1

    def put_gauge(self, name: str, value: float, capability: str = "") -> None:
        """Have a figure kept as it is now, of a capability or of the process; it is dropped where too many wait."""
        if len(self._gauges) < _MOST_GAUGES:
            self._gauges.append(Gauge(self._anchor.now_us(), name, value, capability))
        else:
            self.lost += 1

    def put_sent(self, traces: Mapping[Origin, Sequence[Trace]]) -> bool:
        """Have spans kept that other processes have sent, where their traces are; False where too many wait."""
        return self._sent.put(traces)

    def offset_s(self) -> float:
        """What to add now to `time.monotonic()` for seconds since 1970."""
        return self._anchor.offset_s(monotonic())

    def now_us(self) -> int:
        """Now, as lines of the log have it: whole microseconds since 1970."""
        return self._anchor.now_us()

    def start(self) -> None:
        """Begin to write."""
        # A disk that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end; blocks for 2 s at most."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join(_LAST_S)
            self._thread = None

    def write(self, wait_s: float = _WAIT_S) -> None:
        """Write all that there is now, in this thread, and let go of the file: for tests, and for measuring."""
        try:
            self._write(wait_s)
        finally:
            self._file.release()

    def _write(self, wait_s: float) -> None:
        self._anchor.check()
        now = self._anchor.now_us()
        try:
            # It opens the file.
            elsewhere = self._file.kept_elsewhere(wait_s)
            self._collect(now, [*elsewhere, *self._resumed()])
            self._file.write(self._batch(), now, self.lost, wait_s)
        except Unwritable as error:
            self._collect(now, ())
            if error.is_full:
                self._halve()
            self._failed(error, now)
        else:
            self._waiting = _Waiting()
            self._counted.written(now)
            self._is_told = False

    def _run(self) -> None:
        while not self._is_over.wait(self._every_s):
            self._guarded(_WAIT_S)
        self._counted_at = float("-inf")
        self._guarded(_LAST_WAIT_S)
        self._file.close(self._anchor.now_us())

    def _guarded(self, wait_s: float) -> None:
        try:
            self._write(wait_s)
        # A mistake of ours, such as a line that no one can write, must not end all telemetry.
        except Exception:  # noqa: BLE001
            self._drop()
            if not self._is_told:
                self._is_told = True
                _LOG.exception("Telemetry was not kept in %s", self.path)

    def _collect(self, now: int, elsewhere: Collection[str]) -> None:
        waiting = self._waiting
        parts = self._telemetry.recorder.take(elsewhere)
        self._give(parts)
        for traces in rows_of(parts, self._anchor):
            waiting.traces.append(traces)
            waiting.spans += len(traces.spans)
        if not waiting.sent:
            # What waits longer waits where its bound is.
            waiting.sent = self._sent.take(elsewhere, self._anchor)
        while self._lines:
            waiting.lines.append(self._lines.popleft())
        gauges: list[Gauge] = []
        while self._gauges:
            gauges.append(self._gauges.popleft())
        self._counted.note(gauges)
        if monotonic() - self._counted_at >= self._count_s:
            self._counted_at = monotonic()
            self._telemetry.judge()
            self._counted.count(self._telemetry.meters, now)
        while waiting.spans > _MOST_SPANS and len(waiting.traces) > 1:
            gone = len(waiting.traces.popleft().spans)
            waiting.spans -= gone
            self.lost += gone
        while len(waiting.lines) > _MOST_LINES:
            waiting.lines.popleft()
            self.lost += 1

    def _resumed(self) -> list[str]:
        """Those of the traces that go on here which are kept already: hours may lie between two steps of a saga, or tries of an event."""
        resumed: list[Trace] = []
        while self._telemetry.recorder.resumed:
            resumed.append(self._telemetry.recorder.resumed.popleft())
        kept = self._file.kept([each.id for each in resumed])
        for each in resumed:
            if each.id in kept:
                each.kept_for = each.kept_for or "elsewhere"
        return [*kept]

    def _give(self, parts: list[Part]) -> None:
        for sink in [*self._telemetry.sinks]:
            try:
                sink(parts)
            # It is not ours, and must not keep us from writing.
            except Exception:  # noqa: BLE001
                if sink not in self._failing:
                    self._failing.append(sink)
                    _LOG.exception("A receiver of traces has failed; the application goes on without")

    def _batch(self) -> Batch:
        points, gauges = self._counted.changed()
        return Batch([*self._waiting.traces], points, gauges, [*self._waiting.lines], self._waiting.sent)

    def _failed(self, error: Unwritable, now: int) -> None:
        self.lost += self._counted.let_go(now)
        # Another process that writes is no news, unless it goes on until something is lost.
        if not self._is_told and (not error.is_busy or self.lost > self._lost_before):
            self._is_told = True
            what = "Traces, figures and lines of the log are not kept in %s (%s); the application goes on without"
            _LOG.warning(what, self.path, error)
        self._lost_before = self.lost

    def _halve(self) -> None:
        """Give up the older half of what waits: all of it might never fit."""
        waiting = self._waiting
        self._drop_sent()
        for _ in range((len(waiting.traces) + 1) // 2):
            gone = len(waiting.traces.popleft().spans)
            waiting.spans -= gone
            self.lost += gone
        for _ in range((len(waiting.lines) + 1) // 2):
            waiting.lines.popleft()
            self.lost += 1

    def _drop(self) -> None:
        self._drop_sent()
        self.lost += self._waiting.spans + len(self._waiting.lines)
        self._waiting = _Waiting()

    def _drop_sent(self) -> None:
        self.lost += sum(len(trace.spans) for each in self._waiting.sent for trace in each.traces)
        self._waiting.sent = []
