"""All calls may fail at any time, even those that take back. In the end all of the order has happened, or none of it."""

import asyncio
from random import Random

import pytest

from marketplace.checkout.contract import Placed
from marketplace.checkout.tests.faults import RUNS_FIRST, Fault
from marketplace.checkout.tests.shop import Shop


class Choose:
    """Lets a share of all calls fail, each in a random way."""

    def __init__(self, random: Random, share: float) -> None:
        self._random = random
        self._share = share

    def __call__(self, operation: str) -> Fault | None:
        if self._random.random() > self._share:
            return None
        fault = self._random.choice(list(Fault))
        # A store in memory cannot undo what it did when it fails.
        is_own_store = operation.startswith("claims.")
        return None if is_own_store and (fault is Fault.LATE or fault in RUNS_FIRST) else fault


@pytest.mark.parametrize("share", [0.03, 0.1, 0.3])
@pytest.mark.parametrize("seed", range(60))
async def test_all_or_nothing_after_any_failures(shop: Shop, seed: int, share: float) -> None:
    shop.faults.choose = Choose(Random(seed), share)
    callers = [asyncio.create_task(shop.place()) for _ in range(3)]
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    await shop.recover()
    await shop.faults.deliver_late()
    await shop.assert_settled()
    orders = {outcome.order.id for outcome in outcomes if isinstance(outcome, Placed)}
    again = (await asyncio.gather(shop.place(), return_exceptions=True))[0]
    if isinstance(again, Placed):
        assert orders <= {again.order.id}
        await shop.assert_sold_once()
    else:
        assert not orders
        await shop.assert_nothing_happened()
