"""When to look for changes: told by the system, or once in a second where it cannot tell."""

import threading
from collections.abc import Iterator
from typing import Final

import click

from .sources import Sources

_PAUSE_S: Final = 1.0


def moments(sources: Sources, stop: threading.Event) -> Iterator[None]:
    """The moments at which something may have changed, until `stop` is set."""
    from watchfiles import watch

    concern = sources.concern
    try:
        for _ in watch(
            sources.folder, watch_filter=lambda _, path: concern(path), stop_event=stop, raise_interrupt=False
        ):
            yield
    # watchfiles reads no names that are not UTF-8, neither that of the folder nor one that changes below it (a UnicodeError, a
    # RuntimeError); the system may watch a limited number of folders (an OSError).
    except (OSError, RuntimeError, UnicodeError) as error:
        reason = str(error).partition("\n")[0]
        click.echo(f"changes cannot be watched ({reason}); looking for them once in a second instead", err=True)
    else:
        return
    while not stop.is_set():
        # What changed while the watching ended is seen at once.
        yield
        stop.wait(_PAUSE_S)
