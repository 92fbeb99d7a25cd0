"""Lines of the log, into the store: those that handlers of the process get, whatever their format."""

import logging
from typing import Final

from plures.logs import extra_of, plain_json, whole_text
from plures.telemetry import LogLine, Store

_MOST: Final = 16_384


class KeptLines(logging.Handler):
    """Puts each record into a store."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def emit(self, record: logging.LogRecord) -> None:
        """Put one record."""
        try:
            self._store.put_log(_line_of(record))
        except Exception:  # noqa: BLE001 - as handlers of `logging` do: a line is no reason for work to fail
            self.handleError(record)


def _line_of(record: logging.LogRecord) -> LogLine:
    span = getattr(record, "span_id", None)
    extra = extra_of(record)
    return LogLine(
        int(record.created * 1e6),
        record.levelno,
        record.name,
        whole_text(record)[:_MOST],
        getattr(record, "trace_id", None) or "",
        int(span, 16) if span else 0,
        getattr(record, "capability", None) or "",
        plain_json(extra)[:_MOST] if extra else "",
    )
