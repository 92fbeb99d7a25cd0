"""Sets up `logging` for a process that serves, beside what the application sets up by itself.

Before the application is imported, our handler is the *handler of last resort*, as `logging` calls it: `logging.basicConfig` and the like,
in a module of the application, find a root logger without handlers, as they would in any program. Afterwards it joins the others, in the
place of one that nothing was said to but "write".
"""

import logging
import os
import sys
import threading
from types import TracebackType
from typing import Any, Final

from .handler import ToStandardError, says_nothing
from .lines import JsonLine, TextLine
from .record import About, know_the_call
from .settings import DEFAULT_LEVEL, LogSettings
from .told import shortened

_UNCAUGHT: Final = logging.getLogger("plures.uncaught")


def set_up_logs(settings: LogSettings, about: About, process: str = "") -> None:
    """Log as the settings say. Call it before the application is imported, and `keep_logs` after it.

    Args:
        process: Its name, where lines are to have it.
    """
    handler = ToStandardError()
    handler.setFormatter(_line(settings, process))
    logging.lastResort = handler
    logging.captureWarnings(capture=True)
    logging.getLogger().setLevel(DEFAULT_LEVEL.upper())
    _set_levels(settings)
    know_the_call(about)
    # Asyncio reports tasks that failed and that nothing awaits.
    logging.getLogger("asyncio").addFilter(shortened)
    _log_uncaught()


def keep_logs(settings: LogSettings, process: str = "") -> None:
    """Put what the settings say above what the application's modules have set up: its handlers stay, and ours joins them."""
    root, handler = logging.getLogger(), logging.lastResort
    if isinstance(handler, ToStandardError):
        handler.setFormatter(_line(settings, process))
        for other in [*filter(says_nothing, root.handlers)]:
            root.removeHandler(other)
        root.addHandler(handler)
    _set_levels(settings)
    for name, logger in logging.root.manager.loggerDict.items():
        # `dictConfig` and `fileConfig` switch off every logger that they do not name, unless told otherwise.
        if isinstance(logger, logging.Logger) and name.partition(".")[0] == "plures":
            logger.disabled = False


def _line(settings: LogSettings, process: str) -> logging.Formatter:
    if settings.format == "json":
        return JsonLine(process)
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return TextLine(process, coloured=not plain and sys.stderr.isatty())


def _set_levels(settings: LogSettings) -> None:
    if settings.level is not None:
        logging.getLogger().setLevel(settings.level.upper())
    for name, level in settings.levels.items():
        logging.getLogger(name).setLevel(level.upper())


def _log_uncaught() -> None:
    """Let what ends a thread, or a `__del__`, be a record as well, unless a hook of the user's takes it."""
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_ended
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _ignored


def _thread_ended(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = "a thread" if args.thread is None else f"thread {args.thread.name}"
        _UNCAUGHT.error("%s ended with an error", name, exc_info=_info(args.exc_value))


def _ignored(args: Any) -> None:
    if args.exc_value is not None:
        _UNCAUGHT.error(
            "%s: %r", args.err_msg or "an error was ignored in", args.object, exc_info=_info(args.exc_value)
        )


def _info(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    return type(error), error, error.__traceback__
