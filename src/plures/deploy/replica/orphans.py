"""No process outlives the one that started it, however that one ends.

The end of an inherited stream says that the other process is gone, on every system. The kernel's parent-death signal (Linux only)
is no better: it either kills at once and loses what is in flight, or asks the same interpreter that has just read the end of the
stream.
"""

import os
import select
import threading
import time
from collections.abc import Callable


def watch_parent(descriptor: int, gone: Callable[[], None]) -> None:
    """Call `gone` in a thread of its own once the process at the other end of the stream is gone.

    A thread works even while the event loop is stuck. It reads nothing from the stream.
    """

    def wait() -> None:
        poll = select.poll()
        # The system reports a hang-up even when no event is asked for.
        poll.register(descriptor, 0)
        poll.poll()
        gone()

    threading.Thread(target=wait, name="parent watch", daemon=True).start()


def end_this_process_after(grace_s: float) -> None:
    """Wait, then end the process without any cleanup: the last resort of a replica that does not end by itself."""
    time.sleep(grace_s)
    os._exit(1)
