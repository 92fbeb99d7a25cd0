"""Stand-ins in memory for shipping and the checkout, on top of the other fakes."""

from dataclasses import dataclass, field

from marketplace.cart.contract import Basket
from marketplace.catalog.contract import Item
from marketplace.checkout.contract import (
    Agreement,
    CartChanged,
    CartEmpty,
    Declined,
    Placed,
    Summary,
    TotalChanged,
)
from marketplace.inventory.contract import OutOfStock
from marketplace.orders.contract import Order, OrderDraft, OrderLine
from marketplace.payments.contract import Card, DeclineReason
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, ShippingMethod, ShippingQuote

from .fake_assortment import FakeCatalog, FakeInventory, FakePricing
from .fake_customers import FakeCart, FakeNotifications, FakeOrders, FakeProfile, FakeReviews

DECLINED = "4000000000000002"
OPTIONS = (
    ShippingQuote(ShippingMethod.STANDARD, Money(590), 2, 4),
    ShippingQuote(ShippingMethod.EXPRESS, Money(1290), 1, 1),
)


class FakeShipping:
    async def quote(
        self, country: str, items: tuple[Item, ...], subtotal: Money, method: ShippingMethod = ShippingMethod.STANDARD
    ) -> ShippingQuote:
        return next(option for option in await self.options(country, items, subtotal) if option.method is method)

    async def options(self, country: str, items: tuple[Item, ...], subtotal: Money) -> tuple[ShippingQuote, ...]:
        if country not in await self.countries():
            raise CountryNotServed(country=country)
        return OPTIONS

    async def countries(self) -> tuple[str, ...]:
        return ("AT", "DE", "FR")


@dataclass
class FakeCheckout:
    """The next order raises ``failure``, if there is one, before it is placed, or ``failure_after_placing`` afterwards."""

    catalog: FakeCatalog
    pricing: FakePricing
    inventory: FakeInventory
    shipping: FakeShipping
    cart: FakeCart
    orders: FakeOrders
    profile: FakeProfile
    reviews: FakeReviews
    notifications: FakeNotifications
    failure: Exception | None = None
    failure_after_placing: Exception | None = None
    ordered: dict[str, Order] = field(default_factory=dict[str, Order])

    async def preview(self, customer_id: str, method: ShippingMethod = ShippingMethod.STANDARD) -> Summary:
        basket = await self.cart.get(customer_id)
        if not basket.items:
            raise CartEmpty(customer_id=customer_id)
        address = await self.profile.address(customer_id)
        lines = await self._lines(basket)
        subtotal = Money(sum(line.total.amount for line in lines))
        options = await self.shipping.options(address.country, basket.items, subtotal)
        shipping = next(option for option in options if option.method is method)
        return Summary(lines, subtotal, shipping, options, _sum(subtotal, shipping), address, basket.cart_id)

    async def _lines(self, basket: Basket) -> tuple[OrderLine, ...]:
        products = await self.catalog.get_many(tuple(item.product_id for item in basket.items))
        quote = await self.pricing.quote_basket(basket.items)
        return tuple(
            OrderLine(line.product_id, product.name, line.quantity, line.unit, line.total)
            for product, line in zip(products, quote.lines, strict=True)
        )

    async def place(
        self,
        customer_id: str,
        key: str,
        card: Card,
        method: ShippingMethod = ShippingMethod.STANDARD,
        agreed: Agreement | None = None,
    ) -> Placed | Declined:
        if (known := self.orders.of_key(key)) is not None:
            return Placed(known)
        if (failure := self.failure) is not None:
            self.failure = None
            raise failure
        if agreed is not None and (earlier := self.ordered.get(agreed.cart_id)) is not None:
            return Placed(earlier, ordered_before=True)
        summary = await self.preview(customer_id, method)
        if agreed is not None:
            _check(agreed, summary.agreement)
        for line in summary.lines:
            if line.quantity > self.inventory.stock[line.product_id]:
                raise OutOfStock(product_id=line.product_id, available=self.inventory.stock[line.product_id])
        if card.number == DECLINED:
            return Declined(DeclineReason.DECLINED_BY_BANK)
        return await self._placed(customer_id, key, card, summary)

    async def _placed(self, customer_id: str, key: str, card: Card, summary: Summary) -> Placed:
        ending = card.number[-4:]
        draft = OrderDraft(
            customer_id, summary.lines, summary.subtotal, summary.shipping, summary.total, summary.address, ending
        )
        order = await self.orders.create(key, draft)
        self.ordered[summary.cart_id] = order
        await self.cart.close(customer_id, summary.cart_id, summary.agreement.items)
        await self.reviews.allow(customer_id, tuple(line.product_id for line in summary.lines))
        await self.notifications.send(key, customer_id, "Your order", f"We received order {order.id}.")
        if (failure := self.failure_after_placing) is not None:
            self.failure_after_placing = None
            raise failure
        return Placed(order)


def _sum(subtotal: Money, shipping: ShippingQuote) -> Money:
    return Money(subtotal.amount + shipping.price.amount)


def _check(agreed: Agreement, actual: Agreement) -> None:
    if agreed.items != actual.items:
        raise CartChanged(agreed=agreed.items, actual=actual.items)
    if agreed.total != actual.total:
        raise TotalChanged(agreed=agreed.total, actual=actual.total)
