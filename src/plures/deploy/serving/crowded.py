"""How many connections a listener may hold, and who makes place for others where it holds nearly as many.

Each connection is an open file of the process, and so is each database. Where no more files can be opened, new connections are closed
without a word; so a listener stops well before that.
"""

import resource
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, Protocol

_MOST_CONNECTIONS: Final = 10_000
_MOST_FILES: Final = 65_536
_CROWDED, _EASY = 0.9, 0.75
_WAITED_S: Final = 2.0


class Silent(Protocol):
    """A connection that may wait for its peer.

    Attributes:
        waited_s: How long it has waited for the peer to ask, or to finish its head.
    """

    waited_s: float

    def give_up(self) -> None:
        """Close it, with a word where a request has begun."""
        ...


def allow_files() -> None:
    """Let this process open as many files as it may at all: what shells set is for programs that are much older."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    # Some systems allow less than they say.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def most_connections(share: float) -> int:
    """How many connections a listener may hold with this share of the files of its process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(_MOST_CONNECTIONS, int(soft * share))


def make_place(connections: Iterable[Silent], most: int) -> None:
    """Give up those that have waited longest for their peers, where there are nearly as many connections as may be."""
    standing = list(connections)
    if len(standing) <= most * _CROWDED:
        return
    waiting = sorted((each for each in standing if each.waited_s >= _WAITED_S), key=lambda each: -each.waited_s)
    for each in waiting[: len(standing) - int(most * _EASY)]:
        each.give_up()
