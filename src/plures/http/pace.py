"""How fast a peer must send and take: figures for both listeners, and what follows from them for one connection."""

import asyncio
from typing import Final

MAX_ARRIVAL_S: Final = 30
"""How long a head, or a request to the control listener, may take to arrive whole, and a body may pause, in seconds."""
MAX_UNREAD_S: Final = 60
"""How long a peer may take next to none of what is written to it, in seconds."""
MIN_BYTES_PER_S: Final = 500
"""The pace of sender and reader that is slow, and is waited for."""
_LEAST_TAKEN_BYTES: Final = MAX_UNREAD_S * MIN_BYTES_PER_S


def longest_body_s(size: int) -> float:
    """How long a body may have taken of which this many bytes have arrived, in seconds."""
    return MAX_ARRIVAL_S + size / MIN_BYTES_PER_S


class Taking:
    """Whether a peer takes what is written to it, be it slowly."""

    def __init__(self) -> None:
        self._left_bytes = 0
        self._waited_s = 0.0

    def has_taken(self) -> None:
        """The peer has taken so much that more may be written."""
        self._left_bytes = 0

    def is_stuck(self, transport: asyncio.Transport, passed_s: float) -> bool:
        """Some seconds have passed: whether the peer has taken too little for too long, of a closing connection as well."""
        left = transport.get_write_buffer_size()
        if not left or not self._left_bytes or left <= self._left_bytes - _LEAST_TAKEN_BYTES:
            self._left_bytes = left
            self._waited_s = passed_s if left else 0.0
            return False
        self._left_bytes = max(self._left_bytes, left)
        self._waited_s += passed_s
        return self._waited_s > MAX_UNREAD_S
