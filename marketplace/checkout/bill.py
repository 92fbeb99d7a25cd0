"""The bill: what is in the cart, what it costs and where it goes. Nothing here changes anything."""

from dataclasses import dataclass

from marketplace.catalog.contract import Item, Product, ProductUnknown
from marketplace.checkout.contract import CartEmpty, Summary
from marketplace.checkout.parties import Parties
from marketplace.orders.contract import OrderDraft, OrderLine
from marketplace.pricing.contract import Money, QuotedLine
from marketplace.profile.contract import Address
from marketplace.shipping.contract import ShippingQuote


@dataclass(frozen=True, slots=True)
class Bill:
    """A whole cart with its prices, without the cost of sending it."""

    customer_id: str
    items: tuple[Item, ...]
    lines: tuple[OrderLine, ...]
    subtotal: Money
    address: Address
    cart_id: str

    @property
    def pieces(self) -> int:
        """The number of pieces of all products together."""
        return sum(item.quantity for item in self.items)

    def total(self, shipping: ShippingQuote) -> Money:
        """What it costs together with this way of sending it."""
        return Money(self.subtotal.amount + shipping.price.amount, self.subtotal.currency)

    def summary(self, shipping: ShippingQuote, options: tuple[ShippingQuote, ...]) -> Summary:
        """What the page shows to the customer."""
        return Summary(self.lines, self.subtotal, shipping, options, self.total(shipping), self.address, self.cart_id)

    def draft(self, shipping: ShippingQuote, payment_ending: str) -> OrderDraft:
        """The order to create."""
        return OrderDraft(
            self.customer_id,
            self.lines,
            self.subtotal,
            shipping,
            self.total(shipping),
            self.address,
            payment_ending,
        )


async def draw_up(parties: Parties, customer_id: str) -> Bill:
    """The bill for the whole cart of a customer.

    Raises:
        AddressUnknown: The customer has given no address.
        CartEmpty: There is nothing to order.
        ProductUnknown: A product in the cart is no longer for sale.
    """
    address = await parties.profile.address(customer_id)
    basket = await parties.cart.get(customer_id)
    items = basket.items
    if not items:
        raise CartEmpty(customer_id=customer_id)
    products = await parties.catalog.get_many(tuple(item.product_id for item in items))
    quote = await parties.pricing.quote_basket(items)
    return Bill(customer_id, items, _lines(quote.lines, products), quote.subtotal, address, basket.cart_id)


def _lines(quoted: tuple[QuotedLine, ...], products: tuple[Product, ...]) -> tuple[OrderLine, ...]:
    names = {product.id: product.name for product in products}
    unknown = next((line.product_id for line in quoted if line.product_id not in names), None)
    if unknown is not None:
        raise ProductUnknown(product_id=unknown)
    return tuple(
        OrderLine(line.product_id, names[line.product_id], line.quantity, line.unit, line.total) for line in quoted
    )
