"""Moments, dates and times of day: in PostgreSQL's words, which are the canonical form, and in those that SQLite keeps."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, Final

from .fitting import Unfit, other, text
from .table import ColumnType

_MOMENTS_WITHOUT_DATE: Final = ("infinity", "-infinity")


def instant(value: Any) -> str:
    moment = _parsed(value, datetime.fromisoformat, "a moment")
    if isinstance(moment, str):
        return moment
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{_brief(moment.replace(tzinfo=None))}+00"


def local_time(value: Any) -> str:
    moment = _parsed(value, datetime.fromisoformat, "a moment")
    if isinstance(moment, str):
        return moment
    if moment.utcoffset():
        message = "the moment has an offset from UTC, and the column cannot hold one"
        raise Unfit(message)
    return _brief(moment.replace(tzinfo=None))


def a_date(value: Any) -> str:
    found = _parsed(value, date.fromisoformat, "a date")
    return found if isinstance(found, str) else found.isoformat()


def a_time(value: Any) -> str:
    found = _parsed(value, time.fromisoformat, "a time of day")
    return found if isinstance(found, str) else _trimmed(found.isoformat())


def _parsed(value: Any, parse: Callable[[str], Any], what: str) -> Any:
    """The value, or a text of PostgreSQL that Python has no value for."""
    words = text(value)
    try:
        return parse(words)
    except ValueError:
        if words in _MOMENTS_WITHOUT_DATE or words.endswith(" BC"):
            return words
        raise other(value, what) from None


def _brief(moment: datetime) -> str:
    return _trimmed(moment.isoformat(" "))


def _trimmed(words: str) -> str:
    # PostgreSQL leaves out what is zero behind the point.
    return words.rstrip("0") if "." in words else words


def time_for_sqlite(kind: ColumnType) -> Callable[[str], str]:
    def convert(value: str) -> str:
        try:
            moment: datetime | date | time
            if kind is ColumnType.DATE:
                moment = date.fromisoformat(value)
            elif kind is ColumnType.TIME:
                moment = time.fromisoformat(value)
            else:
                return datetime.fromisoformat(value).isoformat(" ")
            return moment.isoformat()
        except ValueError:
            return value

    return convert
