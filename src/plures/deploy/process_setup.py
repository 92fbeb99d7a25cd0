"""How a process that serves is set up: its event loop, its log, its garbage collector."""

import asyncio
import gc
import logging
import sys

if sys.platform == "win32":
    new_event_loop = asyncio.new_event_loop
else:
    from uvloop import new_event_loop

__all__ = ["freeze_gc", "log_to_stderr", "new_event_loop"]


def log_to_stderr() -> None:
    """Write records of level INFO and above to standard error, unless the application has set up logging already."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def freeze_gc() -> None:
    """Hide what start-up made from the garbage collector.

    Modules, contracts and services live as long as the process. To search them for garbage again and again would cost a busy
    replica time and free nothing.
    """
    gc.collect()
    gc.freeze()
