"""What the order button does: it makes an order, or a problem that the customer can do something about."""

import logging
from dataclasses import dataclass

from marketplace.catalog.contract import Catalog
from marketplace.checkout import contract
from marketplace.checkout.contract import (
    Agreement,
    CartChanged,
    CheckoutIncomplete,
    OrderUnderWay,
    Placed,
    TotalChanged,
)
from marketplace.inventory.contract import OutOfStock
from marketplace.payments.contract import Card
from marketplace.shipping.contract import ShippingMethod
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Visitor
from plures import CallError, ContractError, Outcome

from . import problems
from .problems import Problem

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OrderRequest:
    """What the customer agreed to. The same ``key`` never orders twice."""

    key: str
    method: ShippingMethod
    agreed: Agreement
    card: Card


async def place(shop: Shop, customer: Visitor, request: OrderRequest) -> Placed | Problem:
    """Place the order. When we do not hear how it ended, remember its key: the next order must use it again."""
    customer_id = customer.become_customer()
    try:
        answer = await shop.checkout.place(customer_id, request.key, request.card, request.method, request.agreed)
    except CallError as failure:
        _log.warning("The checkout failed: %s", failure)
        if failure.outcome is Outcome.MAY_HAVE_RUN:
            customer.keep_unsettled(request.key, request.agreed.cart_id)
        return problems.failed(failure)
    except ContractError as refusal:
        customer.forget_unsettled()
        return await _explained(shop, refusal)
    customer.forget_unsettled()
    return answer if isinstance(answer, Placed) else problems.declined(answer.reason)


async def _explained(shop: Shop, refusal: ContractError) -> Problem:
    match refusal:
        case OutOfStock():
            product = await shop.extras.catalog.call(Catalog.get, refusal.product_id)
            return problems.out_of_stock(refusal, product.name if product else "One of the products")
        case TotalChanged():
            return problems.total_changed(refusal)
        case CartChanged():
            return problems.cart_changed(refusal, await _names(shop, refusal))
        case OrderUnderWay() | CheckoutIncomplete(step=contract.INTERRUPTED):
            return problems.under_way()
        case CheckoutIncomplete():
            return problems.incomplete()
        case _:
            return problems.refused(refusal)


async def _names(shop: Shop, changed: CartChanged) -> dict[str, str]:
    """The names of the products that were or are in the cart, as far as the catalogue answers."""
    ids = tuple({item.product_id: None for item in changed.agreed + changed.actual})
    products = await shop.extras.catalog.call_or((), Catalog.get_many, ids)
    return {product.id: product.name for product in products}
