"""Building: in batches, and patient with those who are not up yet."""

import pytest

from marketplace.catalog.contract import Product
from marketplace.search.builder import ATTEMPTS, BATCH, PAUSE_S, persistently
from plures import Unavailable

from .conftest import Shop, unavailable


class Starting:
    """Something that is up after some attempts."""

    def __init__(self, up_after: int) -> None:
        self.attempts = 0
        self.pauses: list[float] = []
        self._up_after = up_after

    async def build(self) -> str:
        self.attempts += 1
        if self.attempts <= self._up_after:
            raise unavailable()
        return "built"

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_waits_for_those_who_are_starting() -> None:
    starting = Starting(up_after=3)
    assert await persistently(starting.build, sleep=starting.sleep) == "built"
    assert starting.pauses == [PAUSE_S] * 3


async def test_does_not_wait_for_ever() -> None:
    starting = Starting(up_after=1_000)
    with pytest.raises(Unavailable):
        await persistently(starting.build, sleep=starting.sleep)
    assert starting.attempts == ATTEMPTS


async def test_a_mistake_is_not_waited_for() -> None:
    async def mistaken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await persistently(mistaken, sleep=Starting(0).sleep)


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
