"""Errors that are logged once: where they are first met, with their traceback; from there on they are marked."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, cast

from plures.errors import Internal

_MARK: Final = "__plures_told__"


def mark_told(error: BaseException) -> None:
    """Note that the log of this process has it."""
    # An exception may have slots.
    with suppress(AttributeError, TypeError):
        setattr(error, _MARK, True)


def is_told(error: BaseException) -> bool:
    """Whether the log of this process has it; of a group: all that is in it."""
    if parts := _parts(error):
        return all(map(is_told, parts))
    return getattr(error, _MARK, False)


def tell(log: logging.Logger, error: BaseException, message: str, *args: object, again: bool = False) -> None:
    """Log an error that nothing handles: with its traceback, or in one line where that stands in the log of another process.

    Args:
        again: Log the message also where this process has told the error already, without its traceback.
    """
    if is_told(error):
        if again:
            log.error("%s: %s", message % args, _in_short(error))
    elif (elsewhere := _told_elsewhere(error)) is not None:
        log.error("%s: %s", message % args, elsewhere)
    else:
        log.error(message, *args, exc_info=error)
    mark_told(error)


def shortened(record: logging.LogRecord) -> bool:
    """A filter of records: takes the traceback of what is told already off."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and is_told(error):
        record.msg, record.args = "%s: %s", (record.getMessage().partition("\n")[0], _in_short(error))
        record.exc_info = record.exc_text = None
    return True


def _in_short(error: BaseException) -> str:
    if parts := _parts(error):
        return "; ".join(map(_in_short, parts))
    return _told_elsewhere(error) or type(error).__name__


def _told_elsewhere(error: BaseException) -> str | None:
    """What to say of an operation that failed elsewhere, where this is all that there is to an error."""
    if parts := _parts(error):
        inner = [_told_elsewhere(each) for each in parts]
        return "; ".join(filter(None, inner)) if all(inner) else None
    if not isinstance(error, Internal):
        return None
    under = f" under request {error.request_id}" if error.request_id else ""
    return f"{error.operation} failed inside; the log of the process that hosts it has the traceback{under}"


def _parts(error: BaseException) -> Sequence[BaseException]:
    """What is in a group; nothing of another error."""
    return cast("BaseExceptionGroup[BaseException]", error).exceptions if isinstance(error, BaseExceptionGroup) else ()
