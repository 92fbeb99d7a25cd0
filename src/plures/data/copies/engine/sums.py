"""Number and checksum of rows, the same on each store that holds the same rows."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from .table import Values

_SUMS: Final = 1 << 128


class Sum:
    """Of rows in their canonical form, in whatever order they come."""

    def __init__(self) -> None:
        self.rows = 0
        self.checksum = 0

    def add(self, rows: Sequence[Values]) -> None:
        self.rows += len(rows)
        digests = [blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest() for row in rows]
        self.checksum = (self.checksum + sum(map(int.from_bytes, digests))) % _SUMS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and (self.rows, self.checksum) == (other.rows, other.checksum)

    __hash__ = None  # type: ignore[assignment]
