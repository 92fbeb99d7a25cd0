"""The stock keeper: sets aside all pieces of a request or none, and takes them back if no sale follows in time."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.inventory.books import Books, Entry, EntryState, StockStore
from marketplace.inventory.contract import (
    Inventory,
    OutOfStock,
    Reservation,
    ReservationDiffers,
    ReservationExpired,
    ReservationUnknown,
    Stock,
)

# Callers may repeat a command with the same key for this long.
REMEMBERED: Final = timedelta(days=14)


class InventoryService(Inventory):
    def __init__(self, store: StockStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    async def availability(self, product_ids: tuple[str, ...]) -> tuple[Stock, ...]:
        async with self._store.read() as books:
            available = await books.available(product_ids)
        return tuple(Stock(each, available[each]) for each in product_ids if each in available)

    async def reserve(self, key: str, items: tuple[Item, ...], hold_s: int = 900) -> Reservation:
        async with self._store.write() as books:
            await self._expire(books)
            entry = await books.find(key)
            if entry is None:
                entry = Entry(key, EntryState.HELD, self._now() + timedelta(seconds=hold_s), items)
                await _take(books, items)
                await books.keep(entry)
        if entry.state in {EntryState.RELEASED, EntryState.EXPIRED}:
            raise ReservationExpired(key=key)
        if entry.items != items:
            raise ReservationDiffers(key=key)
        return Reservation(key=key, items=items, expires_at=entry.expires_at)

    async def commit(self, key: str) -> None:
        async with self._store.write() as books:
            await self._expire(books)
            entry = await books.find(key)
            if entry is not None and entry.state is EntryState.HELD:
                await books.keep(replace(entry, state=EntryState.SOLD))
        if entry is None:
            raise ReservationUnknown(key=key)
        if entry.state in {EntryState.RELEASED, EntryState.EXPIRED}:
            raise ReservationExpired(key=key)

    async def release(self, key: str) -> None:
        async with self._store.write() as books:
            entry = await books.find(key)
            if entry is None:
                entry = Entry(key, EntryState.HELD, self._now())
            if entry.state in {EntryState.HELD, EntryState.SOLD}:
                await books.move(_pieces(entry.items))
                await books.keep(replace(entry, state=EntryState.RELEASED))

    async def sweep(self) -> None:
        """Take back what expired, and forget keys that are too old to come again."""
        async with self._store.write() as books:
            await self._expire(books)
            await books.forget(self._now() - REMEMBERED)

    async def _expire(self, books: Books) -> None:
        for entry in await books.overdue(self._now()):
            await books.move(_pieces(entry.items))
            await books.keep(replace(entry, state=EntryState.EXPIRED))


async def _take(books: Books, items: Iterable[Item]) -> None:
    """Take the pieces out of what is available, or none of them when one product is short."""
    wanted = _pieces(items)
    available = await books.available(tuple(wanted))
    for product_id, pieces in wanted.items():
        if product_id not in available:
            raise ProductUnknown(product_id=product_id)
        if available[product_id] < pieces:
            raise OutOfStock(product_id=product_id, available=available[product_id])
    await books.move({product_id: -pieces for product_id, pieces in wanted.items()})


def _pieces(items: Iterable[Item]) -> Counter[str]:
    """How many pieces of each product there are in all items together."""
    pieces: Counter[str] = Counter()
    for item in items:
        pieces[item.product_id] += item.quantity
    return pieces
