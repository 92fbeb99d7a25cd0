"""What arrived at once, cut so that no piece begins many requests: what follows the first ones can wait unread."""

from typing import Final

UNCUT_BYTES: Final = 1024
"""What is not worth cutting."""
_MOST_BYTES: Final = 4096
_BLANK_LINE: Final = b"\r\n\r\n"


def end_of_piece(data: bytes, start: int, body_left: int | None) -> int:
    """Where the piece that begins at `start` ends.

    Args:
        body_left: How much of a body is still to come: 0 where that is not known, None outside of a body.
    """
    if len(data) - start <= UNCUT_BYTES:
        return len(data)
    if body_left is None:
        blank = data.find(_BLANK_LINE, start, start + _MOST_BYTES)
        return start + _MOST_BYTES if blank < 0 else blank + len(_BLANK_LINE)
    return start + (body_left or _MOST_BYTES)
