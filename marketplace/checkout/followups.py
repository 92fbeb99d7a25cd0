"""What happens once an order is placed. None of it can fail the order any more; what fails is logged."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final

from marketplace.checkout.confirmation import confirmation
from marketplace.checkout.parties import Parties
from marketplace.orders.contract import Order

FOLLOW_UPS_S: Final = 1.5  # for all of them, so that the customer has an answer before the deadline

_log: Final = logging.getLogger(__name__)


async def follow_up(parties: Parties, reference: str, order: Order, *, within_s: float = FOLLOW_UPS_S) -> None:
    """Empty the cart and tell everybody who wants to know."""
    customer_id = order.draft.customer_id
    product_ids = tuple(line.product_id for line in order.draft.lines)
    try:
        async with asyncio.timeout(within_s):
            await _try(order, parties.cart.clear(customer_id))
            await _try(order, _confirm(parties, reference, order))
            await _try(order, parties.reviews.allow(customer_id, product_ids))
            await _try(order, parties.recommendations.record_order(order.id, product_ids))
    except TimeoutError:
        _log.warning("Order %s is placed, but not everybody could be told within %s s", order.id, within_s)


async def _confirm(parties: Parties, reference: str, order: Order) -> None:
    subject, text = confirmation(order)
    await parties.notifications.send(reference, order.draft.customer_id, subject, text)


async def _try(order: Order, telling: Awaitable[object]) -> None:
    try:
        await telling
    except Exception as error:  # noqa: BLE001 - the order stands, whatever happens here
        _log.warning("Order %s is placed, but what follows it failed in part: %s", order.id, error)
