"""Which service the code that runs belongs to."""

import inspect
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MARK: Final = "__plures_service__"
"""The global of each module of a service that names the service."""

_CURRENT: Final[ContextVar[str | None]] = ContextVar("plures_service", default=None)


def current() -> str | None:
    """The service of this task, of this thread, or of the code that called; None where there is none.

    A thread that a service starts by itself has no context of it, but it runs functions of it.
    """
    name = _CURRENT.get()
    if name is not None:
        return name
    frame = inspect.currentframe()
    while frame is not None:
        found: str | None = frame.f_globals.get(MARK)
        if found is not None:
            return found
        frame = frame.f_back
    return None


def enter(name: str) -> None:
    """Let this task, and what it begins, belong to a service."""
    _CURRENT.set(name)


@contextmanager
def as_service(name: str) -> Generator[None]:
    """Let what runs here belong to a service while the context lasts."""
    token = _CURRENT.set(name)
    try:
        yield
    finally:
        _CURRENT.reset(token)
