"""Lines of the log, as the views show them."""

import logging
from typing import Any, Final

from plures.telemetry import LogFilter, LogRead, Reading

from .asked import Asked, Period

_MOST: Final = 1000
_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}


def logs(reading: Reading, asked: Asked, now: int) -> dict[str, Any]:
    """Lines in the order in which they were written; `last` is what `after` is for those that follow."""
    limit = asked.whole("limit", 200, least=1, most=_MOST) or 1
    after, before = asked.whole("after"), asked.whole("before") or 0
    level = asked.text("level").lower()
    if level and level not in _LEVELS:
        asked.is_wrong("level", f"one of {', '.join(_LEVELS)}")
    has_period = any(asked.text(name) for name in ("minutes", "since", "until"))
    period = asked.period(now, 60) if has_period else Period(0, 0)
    asked.check()
    wanted = LogFilter(
        process=asked.text("process"), level=_LEVELS.get(level, 0), trace=asked.text("trace"), text=asked.text("text"),
        since=period.since, until=period.until if asked.text("until") else 0,
    )  # fmt: skip
    # Read before: what is written meanwhile is told by the next question.
    last = reading.last_log() if after is None else 0
    found = reading.logs(wanted, after=after, before=before, limit=limit)
    return {
        "logs": [line_told(each) for each in found],
        "last": found[-1].id if found else last if after is None else after,
    }


def line_told(line: LogRead) -> dict[str, Any]:
    """A line."""
    return {
        "id": line.id, "at": line.at, "process": line.process, "level": _name_of(line.level), "logger": line.logger,
        "message": line.message, "trace": line.trace, "span": f"{line.span:016x}" if line.span else "", "capability": line.capability,
        "fields": line.fields,
    }  # fmt: skip


def _name_of(level: int) -> str:
    return next((name for name, least in reversed(_LEVELS.items()) if level >= least), "debug")
