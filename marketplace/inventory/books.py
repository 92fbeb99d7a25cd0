"""What the stock keeper writes down, and the seam to the store. The rules are in the service."""

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
    """One reservation. It has no items if its release came before the reservation."""

    key: str
    state: EntryState
    expires_at: datetime
    items: tuple[Item, ...] = ()


class Books(Protocol):
    """The books, open for one transaction."""

    async def available(self, product_ids: tuple[str, ...]) -> Mapping[str, int]:
        """Pieces by product id, without unknown products."""
        ...

    async def move(self, changes: Mapping[str, int]) -> None:
        """Add pieces to what is available, or take them away. The caller makes sure that no product goes below zero."""
        ...

    async def find(self, key: str) -> Entry | None: ...

    async def keep(self, entry: Entry) -> None:
        """Write an entry down, in place of the one with the same key."""
        ...

    async def overdue(self, now: datetime) -> tuple[Entry, ...]:
        """Every held entry that expires at ``now`` or earlier."""
        ...

    async def forget(self, before: datetime) -> None:
        """Drop the entries that are not held and expired before this time."""
        ...


class StockStore(Protocol):
    def read(self) -> AbstractAsyncContextManager[Books]: ...

    def write(self) -> AbstractAsyncContextManager[Books]:
        """The books for one writer at a time; an exception undoes what it wrote."""
        ...

    async def open_with(self, stock: Mapping[str, int]) -> None:
        """Put new products on stock; those that the books know stay as they are."""
        ...
