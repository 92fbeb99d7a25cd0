"""Stock in memory: for tests, and to measure everything but storage."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from marketplace.inventory.books import Books, Entry, EntryState


class MemoryStock:
    """Keeps stock as long as the process lives.

    No operation waits for anything, so transactions cannot meet. Writers look before they write, so there is nothing to
    undo.
    """

    def __init__(self) -> None:
        self._available: dict[str, int] = {}
        self._entries: dict[str, Entry] = {}
        self._held: dict[str, Entry] = {}

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Books]:
        yield self

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Books]:
        yield self

    async def open_with(self, stock: Mapping[str, int]) -> None:
        self._available = {**stock, **self._available}

    async def available(self, product_ids: tuple[str, ...]) -> Mapping[str, int]:
        return {each: self._available[each] for each in product_ids if each in self._available}

    async def move(self, changes: Mapping[str, int]) -> None:
        for product_id, pieces in changes.items():
            self._available[product_id] += pieces

    async def find(self, key: str) -> Entry | None:
        return self._entries.get(key)

    async def keep(self, entry: Entry) -> None:
        self._entries[entry.key] = entry
        if entry.state is EntryState.HELD:
            self._held[entry.key] = entry
        else:
            self._held.pop(entry.key, None)

    async def overdue(self, now: datetime) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._held.values() if entry.expires_at <= now)

    async def forget(self, before: datetime) -> None:
        self._entries = {
            key: entry for key, entry in self._entries.items() if key in self._held or entry.expires_at >= before
        }
