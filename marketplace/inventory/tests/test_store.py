"""What both stores promise to the stock keeper."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.catalog.contract import Item
from marketplace.inventory.books import Entry, EntryState, StockStore
from marketplace.inventory.opening_stock import load
from marketplace.inventory.store import MIGRATIONS
from plures import ConstraintViolated
from tests.databases import Databases

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)


async def test_an_entry_is_found_as_it_was_kept(store: StockStore) -> None:
    entry = Entry("k", EntryState.HELD, NOON, (Item("tea", 2), Item("cup", 1)))
    async with store.write() as books:
        await books.keep(entry)
    async with store.read() as books:
        assert await books.find("k") == entry
        assert await books.find("other") is None


async def test_keeping_replaces(store: StockStore) -> None:
    async with store.write() as books:
        await books.keep(Entry("k", EntryState.HELD, NOON))
        await books.keep(Entry("k", EntryState.SOLD, NOON))
        assert await books.find("k") == Entry("k", EntryState.SOLD, NOON)


async def test_overdue_are_the_held_ones_whose_time_has_come(store: StockStore) -> None:
    async with store.write() as books:
        for state in EntryState:
            await books.keep(Entry(state.value, state, NOON))
        await books.keep(Entry("later", EntryState.HELD, NOON + timedelta(seconds=1)))
        assert [entry.key for entry in await books.overdue(NOON)] == ["held"]
        assert await books.overdue(NOON - timedelta(seconds=1)) == ()


async def test_forget_keeps_what_is_held(store: StockStore) -> None:
    async with store.write() as books:
        await books.keep(Entry("held", EntryState.HELD, NOON))
        await books.keep(Entry("sold", EntryState.SOLD, NOON))
        await books.keep(Entry("new", EntryState.SOLD, NOON + timedelta(seconds=2)))
        await books.forget(NOON + timedelta(seconds=1))
        kept = [await books.find(key) for key in ("held", "sold", "new")]
    assert [entry is not None for entry in kept] == [True, False, True]


async def test_opening_again_leaves_stock_as_it_is(store: StockStore) -> None:
    async with store.write() as books:
        await books.move({"tea": -3})
    await store.open_with({"tea": 5, "new": 7})
    async with store.read() as books:
        assert await books.available(("tea", "new")) == {"tea": 2, "new": 7}


async def test_the_database_itself_refuses_to_go_below_zero(databases: Databases) -> None:
    database = await databases.open("inventory", MIGRATIONS)
    with pytest.raises(ConstraintViolated):
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('tea', -1)")


def test_the_opening_stock() -> None:
    stock = load()
    assert len(stock) >= 10_000
    assert min(stock.values()) == 0
    assert sum(pieces >= 20 for pieces in stock.values()) > 0.8 * len(stock)
