"""How many bytes of requests the connections of one process may hold together, and the share of one connection."""

from typing import Final

MAX_HELD_BYTES: Final = 64 * 1024 * 1024
"""The most that all connections of a process hold of requests that arrive, wait, or are being answered."""
MAX_LARGE_BYTES: Final = MAX_HELD_BYTES // 2
"""How much of it those may hold that hold much each: operations may allow large requests, and must leave room for all others."""
_LARGE_BYTES: Final = 2 * 1024 * 1024
"""More than a request of the usual size with all that belongs to it."""
UNCOUNTED_BYTES: Final = 8 * 1024
"""What each connection may hold besides: small requests are taken, however much others hold."""


class Room:
    """The bytes that the connections of one process hold.

    Args:
        most_bytes: The most of them.
        most_large_bytes: The most that those connections hold of it that hold much each.

    Attributes:
        held_bytes: How many there are now.
        large_bytes: How many of them connections hold that hold much each.
    """

    def __init__(self, most_bytes: int = MAX_HELD_BYTES, most_large_bytes: int = MAX_LARGE_BYTES) -> None:
        self.most_bytes = most_bytes
        self.most_large_bytes = most_large_bytes
        self.held_bytes = self.large_bytes = 0


class Share:
    """What one connection holds of the room.

    Attributes:
        counted: Its bytes as the room counts them; 0 where they are few.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self.counted = 0

    def hold(self, size: int) -> bool:
        """Hold this many bytes from now on; False, and nothing changes, where the room does not have them."""
        counted = size if size > UNCOUNTED_BYTES else 0
        more = counted - self.counted
        more_large = _large(counted) - _large(self.counted)
        room = self._room
        if more > 0 and room.held_bytes + more > room.most_bytes:
            return False
        if more_large > 0 and room.large_bytes + more_large > room.most_large_bytes:
            return False
        room.held_bytes += more
        room.large_bytes += more_large
        self.counted = counted
        return True


def _large(counted: int) -> int:
    return counted if counted > _LARGE_BYTES else 0
