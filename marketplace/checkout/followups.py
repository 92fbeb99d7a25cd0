"""What checkout itself does after a placed order: it empties the cart. All others subscribe to `OrderPlaced`."""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from marketplace.catalog.contract import Item
from marketplace.checkout.attempt import Attempt, AttemptStore
from marketplace.checkout.parties import Parties
from marketplace.orders.contract import Order

# So that the customer gets an answer before the deadline.
EMPTYING_S: Final = 1.5

_log: Final = logging.getLogger(__name__)


async def finish(
    parties: Parties, attempts: AttemptStore, placed: Attempt, order: Order, *, within_s: float = EMPTYING_S
) -> None:
    """Empty the cart of a placed order, and write that down. A failure is logged, and the order stands: `Settling` tries again."""
    if placed.followed_up:
        return
    try:
        async with asyncio.timeout(within_s):
            await empty_cart(parties, placed.cart_id, order)
        await attempts.save(replace(placed, followed_up=True))
    except TimeoutError:
        _log.warning("Order %s is placed, but emptying its cart took longer than %s s", order.id, within_s)
    except Exception as error:  # noqa: BLE001 - the order stands
        _log.warning("Order %s is placed, but its cart could not be emptied: %s", order.id, error)


async def empty_cart(parties: Parties, cart_id: str, order: Order) -> None:
    """Take out of the cart what was ordered."""
    ordered = tuple(Item(line.product_id, line.quantity) for line in order.draft.lines)
    await parties.cart.close(order.draft.customer_id, cart_id, ordered)
