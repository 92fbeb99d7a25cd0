"""Pressing the order button once: an order, or a problem that the customer can do something about."""

import logging
from dataclasses import dataclass

from marketplace.checkout.contract import CheckoutIncomplete, Placed, TotalChanged
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order
from marketplace.payments.contract import Card
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import ShippingMethod
from plures import CallError, ContractError, Outcome

from . import checkout_problems as problems
from .checkout_problems import Problem
from .optional import optional
from .shop import Shop
from .visitor import Visitor

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """What the customer agreed to. The same ``key`` never orders twice."""

    key: str
    method: ShippingMethod
    agreed: Money
    card: Card


async def place(shop: Shop, customer: Visitor, attempt: Attempt) -> Order | Problem:
    """Place the order, and remember the key when nobody knows how it ended: the next attempt must use it again."""
    customer_id = customer.become_customer()
    try:
        answer = await shop.checkout.place(customer_id, attempt.key, attempt.card, attempt.method, attempt.agreed)
    except CallError as failure:
        _log.warning("The checkout failed: %s", failure)
        if failure.outcome is Outcome.MAY_HAVE_RUN:
            customer.leave_unsettled(attempt.key)
        return problems.failed(failure)
    except ContractError as refusal:
        customer.settle()
        return await _explained(shop, refusal)
    customer.settle()
    return answer.order if isinstance(answer, Placed) else problems.declined(answer.reason)


async def _explained(shop: Shop, refusal: ContractError) -> Problem:
    match refusal:
        case OutOfStock():
            product = await optional(shop.catalog.get(refusal.product_id))
            return problems.out_of_stock(refusal, product.name if product else "One of the products")
        case TotalChanged():
            return problems.total_changed(refusal)
        case CheckoutIncomplete():
            return problems.incomplete()
        case _:
            return problems.refused(refusal)


async def record_popularity(shop: Shop, order: Order) -> None:
    """Tell search what sells; a hint that may be lost, after the customer has their answer."""
    bought = tuple(line.product_id for line in order.draft.lines)
    await optional(shop.search.record_popularity(order.id, bought))
