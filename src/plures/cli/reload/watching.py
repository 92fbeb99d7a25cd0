"""When to look for changes: told by the system, or once in a second where it cannot tell."""

import threading
from collections.abc import Iterator
from typing import Final

import click

from .sources import Sources

_PAUSE_S: Final = 1.0
_ONCE_MORE_MS: Final = 500


def moments(sources: Sources, stop: threading.Event) -> Iterator[None]:
    """The moments at which something may have changed, until `stop` is set."""
    from watchfiles import watch

    concern, has_looked = sources.concern, False
    try:
        for changed in watch(
            sources.folder,
            watch_filter=lambda _, path: concern(path),
            stop_event=stop,
            rust_timeout=_ONCE_MORE_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            # Of what changed before the watching began, on a busy machine, nothing else would tell.
            if changed or not has_looked:
                yield
            has_looked = True
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
