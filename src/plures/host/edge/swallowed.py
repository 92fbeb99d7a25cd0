"""Tells which failed call a web framework caught and answered with 500, as Litestar, Django and Quart do. None of them is imported."""

from collections.abc import Collection, Iterable
from pathlib import PurePath
from typing import Final

from plures.errors import CallError, DeadlineExceeded, Unavailable

_FOLDERS_OF_LIBRARIES: Final = frozenset(["site-packages", "dist-packages"])


def swallowed(failures: Iterable[CallError], own: Collection[str]) -> CallError | None:
    """The first failure that went through the code of the application, and that a library caught outside of it.

    A failure that the application caught itself is answered as the application wishes: what it answers then, or raises, is its own.

    Args:
        failures: The failed calls of one request.
        own: Top-level packages of the application, which may be installed like a library.
    """
    missing = (error for error in failures if isinstance(error, Unavailable | DeadlineExceeded))
    return next((error for error in missing if _is_caught_by_library(error, own)), None)


def _is_caught_by_library(error: BaseException, own: Collection[str]) -> bool:
    # A traceback begins with the frame that caught the exception: each frame that an exception leaves is put before the others.
    if error.__traceback__ is None:
        return False
    module = error.__traceback__.tb_frame.f_globals
    package = str(module.get("__name__", "")).partition(".")[0]
    # Not the file of the code, which compiled modules make up.
    is_library = not _FOLDERS_OF_LIBRARIES.isdisjoint(PurePath(str(module.get("__file__"))).parts)
    return is_library and package != "plures" and package not in own
