"""The handler that writes the log of a process to its standard error."""

import logging
import sys
from typing import Final

_TERMINAL: Final = ("stderr", "stdout", "__stderr__", "__stdout__")


class ToStandardError(logging.Handler):
    """Writes each record at once, in one piece. What a handler of the user's writes to a standard stream is left to that one."""

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_written_already(record):
            return
        try:
            text = f"{self.format(record)}\n"
        except Exception:  # noqa: BLE001 - as every handler of the standard library
            self.handleError(record)
            return
        # The reader may be gone (`plures run | head`), the terminal closed, the disk full: no reason to stop serving.
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):
            pass

    def _is_written_already(self, record: logging.LogRecord) -> bool:
        logger: logging.Logger | None = logging.getLogger(record.name)
        while logger is not None:
            for handler in logger.handlers:
                if handler is not self and record.levelno >= handler.level and _writes_to_a_standard_stream(handler):
                    return True
            logger = logger.parent if logger.propagate else None
        return False


def says_nothing(handler: logging.Handler) -> bool:
    """Whether it is what `logging.info` puts onto the root logger by itself, or `basicConfig` without a format: no wish of the user's."""
    format_ = getattr(handler.formatter, "_fmt", None)
    return type(handler) is logging.StreamHandler and format_ == logging.BASIC_FORMAT


def _writes_to_a_standard_stream(handler: logging.Handler) -> bool:
    # Rich's handler has a console, which has the stream in `file`.
    stream = getattr(handler, "stream", None) or getattr(getattr(handler, "console", None), "file", None)
    return stream is not None and any(stream is getattr(sys, name) for name in _TERMINAL)
