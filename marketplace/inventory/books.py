"""What the stock keeper writes down, and the seam to where it is kept. Rules are in the service, not here."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from marketplace.catalog.contract import Item


class EntryState(Enum):
    """What became of a reservation."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Entry:
    """One reservation. One that was released before it was made has no items."""

    key: str
    state: EntryState
    expires_at: datetime
    items: tuple[Item, ...] = ()


class Books(Protocol):
    """The books, open for one transaction."""

    async def available(self, product_ids: tuple[str, ...]) -> Mapping[str, int]:
        """Pieces by product id; unknown products are missing."""
        ...

    async def move(self, changes: Mapping[str, int]) -> None:
        """Add pieces to what is available, or take them away. Never below zero: the caller has looked before."""
        ...

    async def find(self, key: str) -> Entry | None: ...

    async def keep(self, entry: Entry) -> None:
        """Write an entry down, in place of the one with its key."""
        ...

    async def overdue(self, now: datetime) -> tuple[Entry, ...]:
        """Every held entry that expires at ``now`` or earlier."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop entries that expired before a moment and are not held."""
        ...


class StockStore(Protocol):
    """Where the books are kept."""

    def read(self) -> AbstractAsyncContextManager[Books]: ...

    def write(self) -> AbstractAsyncContextManager[Books]:
        """The books for one writer at a time; an exception undoes what was written."""
        ...

    async def open_with(self, stock: Mapping[str, int]) -> None:
        """Put products on stock that were never heard of before; the others stay as they are."""
        ...
