"""How fast a peer must send and take: figures for both listeners, and what follows from them for one connection."""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol

MAX_ARRIVAL_S: Final = 30
"""How long a head, or a request to the control listener, may take to arrive whole, and a body may pause, in seconds."""
MAX_UNREAD_S: Final = 60
"""How long a peer may take next to none of what is written to it, in seconds."""
MAX_UNREAD_BYTES: Final = 16 * 1024 * 1024
"""How much the connections of one listener may hold together of answers that their peers do not take."""
MIN_BYTES_PER_S: Final = 500
"""The pace of sender and reader that is slow, and is waited for."""
_LEAST_TAKEN_BYTES: Final = MAX_UNREAD_S * MIN_BYTES_PER_S


def longest_body_s(size: int) -> float:
    """How long a body may have taken of which this many bytes have arrived, in seconds."""
    return MAX_ARRIVAL_S + size / MIN_BYTES_PER_S


class Taking:
    """Whether a peer takes what is written to it, be it slowly.

    Attributes:
        left_bytes: What it had not taken at the last tick, at most.
        waited_s: How long it has taken next to nothing.
    """

    def __init__(self) -> None:
        self.left_bytes = 0
        self.waited_s = 0.0

    def has_taken(self) -> None:
        """The peer has taken so much that more may be written."""
        self.left_bytes = 0

    def is_stuck(self, transport: asyncio.Transport, passed_s: float) -> bool:
        """Some seconds have passed: whether the peer has taken too little for too long, of a closing connection as well."""
        left = transport.get_write_buffer_size()
        if not left or not self.left_bytes or left <= self.left_bytes - _LEAST_TAKEN_BYTES:
            self.left_bytes = left
            self.waited_s = passed_s if left else 0.0
            return False
        self.left_bytes = max(self.left_bytes, left)
        self.waited_s += passed_s
        return self.waited_s > MAX_UNREAD_S


class Reader(Protocol):
    """A connection with answers for its peer to take."""

    @property
    def taking(self) -> Taking: ...
    def abort(self) -> None: ...


def relieve(readers: Iterable[Reader], passed_s: float, most_bytes: int = MAX_UNREAD_BYTES) -> None:
    """Cut off peers that take nothing, who has waited longest first, while all of them together hold more than they may.

    Who has taken something since the last tick but one is none of them.
    """
    waiting = [reader for reader in readers if reader.taking.left_bytes]
    held = sum(reader.taking.left_bytes for reader in waiting)
    if held <= most_bytes:
        return
    for reader in sorted(waiting, key=lambda reader: -reader.taking.waited_s):
        if held <= most_bytes or reader.taking.waited_s < 2 * passed_s:
            return
        held -= reader.taking.left_bytes
        reader.abort()
