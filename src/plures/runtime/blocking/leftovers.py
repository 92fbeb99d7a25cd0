"""What a function leaves in its thread, such as a session or a connection that is kept by thread, is given back when it has ended, as after a request.

Threads are used again: the next call would find the session of another one, with rows as they were then, and idle threads would hold connections.
"""

import functools
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from plures.logs import tell

_LOG: Final = logging.getLogger("plures.threads")
_DJANGO: Final = "django.db"


def tidily(function: Callable[..., Any], after: Sequence[Callable[[], object]]) -> Callable[..., Any]:
    """The same function, after which its thread is as it was.

    Django closes connections that are broken, or too old, around each of its requests; where it is in use, so do we around each call.

    Args:
        after: What gives back the rest; more may be added later.
    """

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        _close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            _close_old_connections()
            for give_back in after:
                _try(give_back)

    return run


def _close_old_connections() -> None:
    django: Any = sys.modules.get(_DJANGO)
    if django is not None:
        close = getattr(django, "close_old_connections", None)
        # It is missing while another thread still imports the module.
        if close is not None:
            _try(close)


def _try(give_back: Callable[[], object]) -> None:
    try:
        give_back()
    except Exception as error:  # noqa: BLE001 - the call has its answer, and its caller can do nothing about this
        name = getattr(give_back, "__qualname__", repr(give_back))
        tell(_LOG, error, "%s failed, which tidies up after a call", name, again=True)
