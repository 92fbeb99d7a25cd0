"""One record of the log as a line for people, or as a JSON object on one line for programs."""

import json
import logging
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from .frames import trace_of
from .record import InCall

_DEEPEST: Final = 6
# What would move the cursor, colour the terminal, or look like the end of a line to some; a plain line end is indented.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_COLOURS: Final = {logging.DEBUG: 2, logging.WARNING: 33, logging.ERROR: 31, logging.CRITICAL: 31}
# What each record has; what is beyond that, the user gave as `extra`.
_USUAL: Final = frozenset({*vars(logging.makeLogRecord({})), *InCall._fields, "message", "asctime", "taskName"})


class TextLine(logging.Formatter):
    """`time level process logger [request id] message`; further lines are indented, so that none of them looks like a record.

    Args:
        process: Its name; empty where something else tells it.
    """

    def __init__(self, process: str = "", *, coloured: bool = False) -> None:
        super().__init__()
        self._process = process
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request_id", None)
        parts = [
            _time(record.created),
            self._level(record),
            *([self._process] if self._process else []),
            f"{record.name}{f' [{request}]' if request else ''}:",
            _shown(message_of(record)),
        ]
        lines = [" ".join(parts), *([_shown(trace)] if (trace := _trace(record)) else [])]
        head, *rest = [line for text in lines for line in text.split("\n")]
        return "\n".join([head, *(f"    {line}".rstrip() for line in rest)])

    def _level(self, record: logging.LogRecord) -> str:
        text = f"{record.levelname:<7}"
        colour = _COLOURS.get(record.levelno)
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured and colour else text


class JsonLine(logging.Formatter):
    """One JSON object, in ASCII: it is the same in every encoding."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        trace = _trace(record)
        return json_line(
            message_of(record),
            time=record.created,
            level=record.levelname.lower(),
            logger=record.name,
            process=self._process or None,
            capability=getattr(record, "capability", None),
            request_id=getattr(record, "request_id", None),
            trace_id=getattr(record, "trace_id", None),
            span_id=getattr(record, "span_id", None),
            exception=None if error is None else {"type": _kind(error), "message": _text_of(error), "stack": trace},
            stack=trace if error is None and trace else None,
            extra=extra_of(record) or None,
        )


def extra_of(record: logging.LogRecord) -> dict[str, object]:
    """What a log call gave as `extra`."""
    return {key: value for key, value in vars(record).items() if key not in _USUAL}


def whole_text(record: logging.LogRecord) -> str:
    """What a record says, with its traceback."""
    trace = _trace(record)
    return f"{message_of(record)}\n{trace}" if trace else message_of(record)


def plain_json(fields: Mapping[str, object]) -> str:
    """A JSON object that every reader takes."""
    return json.dumps(_plain(fields), allow_nan=False)


def json_line(message: str, *, time: float | None = None, level: str = "info", logger: str, **more: object) -> str:
    """An object of the log. What is None is left out."""
    at = datetime.now(UTC).timestamp() if time is None else time
    fields = {"time": _time(at), "level": level, "logger": logger, "message": message, **more}
    return json.dumps(_plain({key: value for key, value in fields.items() if value is not None}), allow_nan=False)


def message_of(record: logging.LogRecord) -> str:
    """What a record says, also where its arguments do not fit: a mistake in a log call is no reason to lose the line."""
    try:
        return record.getMessage().rstrip("\n")
    except Exception as error:  # noqa: BLE001 - a `__str__` of the user's may raise anything
        place = f"{record.pathname}:{record.lineno}"
        return f"{record.msg!s} (the arguments of the log call at {place} do not fit: {type(error).__name__})"


def _shown(text: str) -> str:
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text.replace("\r\n", "\n"))


def _time(seconds: float) -> str:
    """RFC 3339 with the offset of local time."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="milliseconds")


def _trace(record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[1] is not None:
        return trace_of(record.exc_info[1])
    return record.stack_info or record.exc_text or ""


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text_of(value: object) -> str:
    try:
        return str(value)
    except Exception as trouble:  # noqa: BLE001 - as in `message_of`
        return f"(its text raises {type(trouble).__name__})"


def _plain(value: object, depth: int = 0) -> Any:
    """A value that every reader of JSON takes: no NaN, no lone surrogates, no endless nesting."""
    if value is None or isinstance(value, bool) or _is_number(value):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        fields = cast("Mapping[object, object]", value)
        return {_whole(key): _plain(inner, depth + 1) for key, inner in fields.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner, depth + 1) for inner in cast("Iterable[object]", value)]
    return _whole(value)


def _is_number(value: object) -> bool:
    # Enumerations are numbers of a class of their own.
    return (type(value) is int and abs(value) < 1 << 63) or (type(value) is float and math.isfinite(value))


def _whole(value: Any) -> str:
    return _text_of(value).encode("utf-8", "backslashreplace").decode()
