"""What follows a placed order. A failure here is logged, and the order stands."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from typing import Final

from marketplace.catalog.contract import Item
from marketplace.checkout.attempt import Attempt, AttemptStore
from marketplace.checkout.confirmation import confirmation
from marketplace.checkout.parties import Parties
from marketplace.orders.contract import Order

# For all of them together, so that the customer gets an answer before the deadline.
FOLLOW_UPS_S: Final = 1.5

_log: Final = logging.getLogger(__name__)


async def finish(parties: Parties, attempts: AttemptStore, placed: Attempt, order: Order) -> None:
    """Do all that follows a placed order, and write down that it is done. `Settling` tries again what is not."""
    if not placed.followed_up and await follow_up(parties, placed, order):
        await _try(order, attempts.save(replace(placed, followed_up=True)))


async def follow_up(parties: Parties, placed: Attempt, order: Order, *, within_s: float = FOLLOW_UPS_S) -> bool:
    """Empty the cart, confirm the order, and tell reviews and recommendations about it. Again, it does nothing twice.

    Returns:
        Whether all of it happened.
    """
    customer_id = order.draft.customer_id
    product_ids = tuple(line.product_id for line in order.draft.lines)
    try:
        async with asyncio.timeout(within_s):
            done = (
                await _try(order, empty_cart(parties, placed.cart_id, order)),
                await _try(order, _confirm(parties, placed.reference, order)),
                await _try(order, parties.reviews.allow(customer_id, product_ids)),
                await _try(order, parties.recommendations.record_order(order.id, product_ids)),
            )
            return all(done)
    except TimeoutError:
        _log.warning("Order %s is placed, but what follows it took longer than %s s", order.id, within_s)
        return False


async def empty_cart(parties: Parties, cart_id: str, order: Order) -> None:
    """Take out of the cart what was ordered."""
    ordered = tuple(Item(line.product_id, line.quantity) for line in order.draft.lines)
    await parties.cart.close(order.draft.customer_id, cart_id, ordered)


async def _confirm(parties: Parties, reference: str, order: Order) -> None:
    subject, text = confirmation(order)
    await parties.notifications.send(reference, order.draft.customer_id, subject, text)


async def _try(order: Order, telling: Awaitable[object]) -> bool:
    try:
        await telling
    except Exception as error:  # noqa: BLE001 - the order stands
        _log.warning("Order %s is placed, but what follows it failed in part: %s", order.id, error)
        return False
    return True
