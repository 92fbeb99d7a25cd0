"""Builds the index in batches, and waits for capabilities that are not up yet."""

import pytest

from marketplace.catalog.contract import Product
from marketplace.search import capability
from marketplace.search.builder import BATCH, PAUSE_S, persistently
from marketplace.search.contract import IndexNotReady
from plures import Lifecycle

from .conftest import Shop, unavailable


class Starting:
    """Something that is up after some attempts."""

    def __init__(self, up_after: int) -> None:
        self.attempts = 0
        self.pauses: list[float] = []
        self._up_after = up_after

    async def build(self) -> None:
        self.attempts += 1
        if self.attempts <= self._up_after:
            raise unavailable()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.mark.parametrize("attempts", [None, 4])
async def test_waits_for_capabilities_that_are_starting(attempts: int | None) -> None:
    starting = Starting(up_after=3)
    assert await persistently(starting.build, attempts=attempts, sleep=starting.sleep)
    assert starting.pauses == [PAUSE_S] * 3


async def test_gives_up_after_so_many_attempts() -> None:
    starting = Starting(up_after=1_000)
    assert not await persistently(starting.build, attempts=5, sleep=starting.sleep)
    assert starting.attempts == 5


async def test_a_mistake_is_not_waited_for() -> None:
    async def mistaken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await persistently(mistaken, sleep=Starting(0).sleep)


async def test_a_replica_that_starts_before_the_others_builds_its_index_later(shop: Shop) -> None:
    lifecycle = Lifecycle()
    shop.down = unavailable()
    fakes = shop.fakes()
    async with capability.make(*fakes, lifecycle) as search:
        (background,) = lifecycle.background_work
        with pytest.raises(IndexNotReady):
            await search.find()
        shop.down = None
        await background()
        assert (await search.find("sofa")).total == 2


async def test_a_replica_whose_others_are_up_has_its_index_before_it_takes_calls(shop: Shop) -> None:
    lifecycle = Lifecycle()
    async with capability.make(*shop.fakes(), lifecycle) as search:
        assert (await search.find("sofa")).total == 2
    assert lifecycle.background_work == []


async def test_more_products_than_fit_in_one_batch(shop: Shop) -> None:
    names = [f"thing-{number}" for number in range(2 * BATCH + 7)]
    shop.products = tuple(Product(name, name, "A thing.", "home/lamps") for name in names)
    shop.prices = dict.fromkeys(names, 100)
    search = shop.search()
    await search.build()
    assert (await search.find("thing")).total == len(names)


async def test_what_has_no_price_is_not_indexed(shop: Shop) -> None:
    shop.prices = {"sofa": 100}
    search = shop.search()
    await search.build()
    assert (await search.find()).total == 1
