"""Sends spans and lines by the exporters of the SDK: what cannot be sent is counted, and told once for as long as that lasts.

By itself the SDK writes lines for each batch, and counts nothing. Its queue is never full: what would not fit is not put into it.
"""

import logging
import os
import threading
from collections.abc import Generator, MutableMapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from .sendable import sendable_line, sendable_span

_LOG: Final = logging.getLogger("plures.telemetry")
_MOST_WAITING: Final = 2048
"""As the SDK has it."""
_SAY_AGAIN_S: Final = 300.0
_MOST_SAID: Final = 300
_BELOW: Final = ("urllib3.connection", "urllib3.connectionpool")
"""Loggers of what exporters send with: it writes a traceback where an answer is none."""


class Sending:
    """How it goes with one signal. Any thread may call it.

    Args:
        what: As in `spans`.
        lost: How many of which could not be sent so far; it is counted there.
        variable: Says how many may wait.
    """

    def __init__(self, what: str, lost: MutableMapping[str, int], variable: str = "") -> None:
        self._what, self._lost = what, lost
        lost.setdefault(what, 0)
        said = os.environ.get(variable, "").strip()
        self._most = int(said) if said.isdigit() and int(said) else _MOST_WAITING
        self._waiting = 0
        self._lock = threading.Lock()
        self._is_failing = False
        self._says_next = 0.0

    def admits(self) -> bool:
        """Whether one more may wait; it is lost otherwise."""
        with self._lock:
            if self._waiting >= self._most:
                self._lost[self._what] += 1
                return False
            self._waiting += 1
            return True

    def tell(self, many: int, sent: int, why: str = "") -> None:
        """So many wait no longer.

        Args:
            sent: How many of them have been taken.
            why: What kept the others.
        """
        with self._lock:
            self._waiting -= min(many, self._waiting)
            self._lost[self._what] += many - sent
            if not why:
                is_news, self._is_failing = self._is_failing, False
            else:
                now = monotonic()
                is_news, self._is_failing = now >= self._says_next, True
                if is_news:
                    self._says_next = now + _SAY_AGAIN_S
            lost = self._lost[self._what]
        if is_news and why:
            _LOG.warning(
                "%s cannot be sent by OTLP: %s. The application goes on; what is lost meanwhile is counted in /metrics",
                self._what.capitalize(),
                why[:_MOST_SAID],
            )
        elif is_news:
            _LOG.info("%s are sent by OTLP again; %d were lost so far", self._what.capitalize(), lost)


class _Here(threading.local):
    """What the SDK says in this thread; None where it may say it itself."""

    said: list[str] | None = None


_here: Final = _Here()


class _Held(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _here.said is None:
            return True
        _here.said.append(record.getMessage())
        return False


_HELD: Final = _Held()


@contextmanager
def held(exporter: object) -> Generator[list[str]]:
    """What an exporter of the SDK would write into the log meanwhile."""
    for name in (type(exporter).__module__, *_BELOW):
        # It is added once, however often that is said.
        logging.getLogger(name).addFilter(_HELD)
    said = _here.said = list[str]()
    try:
        yield said
    finally:
        _here.said = None


def reason(said: Sequence[str]) -> str:
    """Why a batch was not sent: what was said first, and last."""
    return (
        "; ".join(dict.fromkeys(each.strip().rstrip(".") for each in (*said[:1], *said[-1:]))) or "it is not known why"
    )


class SentSpans(BatchSpanProcessor):
    """Sends spans in batches; no call waits for it."""

    def __init__(self, exporter: SpanExporter, sending: Sending) -> None:
        super().__init__(_SpanSender(exporter, sending))
        self._sending = sending

    def on_end(self, span: ReadableSpan) -> None:
        """Send it, where there is room."""
        if span.context and span.context.trace_flags.sampled and self._sending.admits():
            super().on_end(span)


class _SpanSender(SpanExporter):
    def __init__(self, exporter: SpanExporter, sending: Sending) -> None:
        self._exporter, self._sending = exporter, sending

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        fit = [each for each in map(sendable_span, spans) if each is not None]
        why = "" if len(fit) == len(spans) else "one has what protobuf cannot hold"
        with held(self._exporter) as said:
            try:
                is_sent = not fit or self._exporter.export(fit) is SpanExportResult.SUCCESS
            except Exception as error:  # noqa: BLE001 - it would take the count of what waits with it
                said.append(repr(error))
                is_sent = False
        self._sending.tell(len(spans), len(fit) if is_sent else 0, why if is_sent else reason(said))
        return SpanExportResult.SUCCESS if is_sent else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self._exporter.shutdown()


class LineSender(LogRecordExporter):
    """Sends lines of the log."""

    def __init__(self, exporter: Any, sending: Sending) -> None:
        self._exporter, self._sending = exporter, sending

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Send them; blocks."""
        with held(self._exporter) as said:
            try:
                is_sent = self._exporter.export([*map(sendable_line, batch)]) is LogRecordExportResult.SUCCESS
            except Exception as error:  # noqa: BLE001 - as above
                said.append(repr(error))
                is_sent = False
        self._sending.tell(len(batch), len(batch) if is_sent else 0, "" if is_sent else reason(said))
        return LogRecordExportResult.SUCCESS if is_sent else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
        """Give up what is being tried again."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 10_000) -> bool:  # noqa: ARG002 - the signature is theirs
        """Nothing waits here."""
        return True
