"""How many bytes of requests the connections of one process may hold together, and the share of one connection."""

from typing import Final

MAX_HELD_BYTES: Final = 64 * 1024 * 1024
"""The most that all connections of a process hold of requests that arrive, wait, or are being answered."""
UNCOUNTED_BYTES: Final = 8 * 1024
"""What each connection may hold besides: small requests are taken, however much others hold."""


class Room:
    """The bytes that the connections of one process hold.

    Args:
        most_bytes: The most of them.

    Attributes:
        held_bytes: How many there are now.
    """

    def __init__(self, most_bytes: int = MAX_HELD_BYTES) -> None:
        self.most_bytes = most_bytes
        self.held_bytes = 0


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
        if more > 0 and self._room.held_bytes + more > self._room.most_bytes:
            return False
        self._room.held_bytes += more
        self.counted = counted
        return True
