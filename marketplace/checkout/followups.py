"""What follows a placed order. A failure here is logged, and the order stands."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final

from marketplace.checkout.confirmation import confirmation
from marketplace.checkout.parties import Parties
from marketplace.orders.contract import Order

# For all of them together, so that the customer gets an answer before the deadline.
FOLLOW_UPS_S: Final = 1.5

_log: Final = logging.getLogger(__name__)


async def follow_up(parties: Parties, reference: str, order: Order, *, within_s: float = FOLLOW_UPS_S) -> None:
    """Empty the cart, confirm the order, and tell reviews and recommendations about it."""
    customer_id = order.draft.customer_id
    product_ids = tuple(line.product_id for line in order.draft.lines)
    try:
        async with asyncio.timeout(within_s):
            await _try(order, parties.cart.clear(customer_id))
            await _try(order, _confirm(parties, reference, order))
            await _try(order, parties.reviews.allow(customer_id, product_ids))
            await _try(order, parties.recommendations.record_order(order.id, product_ids))
    except TimeoutError:
        _log.warning("Order %s is placed, but what follows it took longer than %s s", order.id, within_s)


async def _confirm(parties: Parties, reference: str, order: Order) -> None:
    subject, text = confirmation(order)
    await parties.notifications.send(reference, order.draft.customer_id, subject, text)


async def _try(order: Order, telling: Awaitable[object]) -> None:
    try:
        await telling
    except Exception as error:  # noqa: BLE001 - the order stands
        _log.warning("Order %s is placed, but what follows it failed in part: %s", order.id, error)
