"""How a process that serves is set up: its event loop, its log, its garbage collector."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Final

from plures.logs import LogSettings, set_up_logs
from plures.runtime import call_in_progress

__all__ = ["freeze_gc", "log_to_stderr", "new_event_loop"]


def _faster() -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes uvloop's event loops where it is installed, else asyncio's: `plures run` insists on it, replicas that tests start do without."""
    try:
        faster: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return faster


new_event_loop: Final = _faster()


def log_to_stderr(settings: LogSettings | None = None, process: str = "") -> None:
    """Write the log to standard error, each line with the call that it is about. `plures.logs.keep_logs` follows the import of the application."""
    set_up_logs(settings or LogSettings(), call_in_progress, process)


def freeze_gc() -> None:
    """Hide what start-up made from the garbage collector, and give back the memory that it took for a while.

    Modules, contracts and services live as long as the process. To search them for garbage again and again would cost a busy
    replica time and free nothing.
    """
    gc.collect()
    gc.freeze()
    # What start-up took and no longer needs: an index takes several times its size while it is built. Only GNU's C library has this.
    with suppress(AttributeError, OSError, ImportError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
