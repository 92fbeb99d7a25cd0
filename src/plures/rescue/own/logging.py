"""What a service does to the log of the process while it is imported or starts."""

import logging
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def log_kept() -> Generator[None]:
    """Undo on leaving what is done to others: handlers and level of the root logger, and loggers that were switched off.

    `logging.basicConfig` and `dictConfig` mean a process with one service. What they say of single loggers stays.
    """
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    before = [logger for logger in _loggers() if not logger.disabled]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for logger in before:
            logger.disabled = False


def _loggers() -> list[logging.Logger]:
    known = [*logging.root.manager.loggerDict.values()]
    return [logger for logger in known if isinstance(logger, logging.Logger)]
