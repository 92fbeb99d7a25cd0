"""The cart as its page shows it."""

import asyncio
from dataclasses import dataclass

from marketplace.cart.contract import Basket
from marketplace.catalog.contract import Item, Product
from marketplace.inventory.contract import Inventory
from marketplace.pricing.contract import Money, Quote
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import picture_url, product_url


@dataclass(frozen=True)
class CartLine:
    """Some pieces of one product. ``available`` is None while the stock is unknown."""

    product: Product
    quantity: int
    unit: Money
    total: Money
    available: int | None

    @property
    def url(self) -> str:
        return product_url(self.product.id)

    @property
    def picture(self) -> str:
        return picture_url(self.product.id)

    @property
    def is_short(self) -> bool:
        """Whether fewer pieces are left than the customer wants."""
        return self.available is not None and self.available < self.quantity


@dataclass(frozen=True)
class CartView:
    """``gone`` are products in the cart that are no longer for sale."""

    lines: tuple[CartLine, ...]
    gone: tuple[str, ...]
    subtotal: Money | None

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_short(self) -> bool:
        return any(line.is_short for line in self.lines)


async def cart_view(shop: Shop, basket: Basket) -> CartView:
    """The cart with names, prices and stock."""
    ids = tuple(item.product_id for item in basket.items)
    if not ids:
        return CartView((), (), None)
    products, stocks = await asyncio.gather(
        shop.catalog.get_many(ids),
        shop.extras.inventory.call_or((), Inventory.availability, ids),
    )
    product_of = {product.id: product for product in products}
    items = tuple(item for item in basket.items if item.product_id in product_of)
    gone = tuple(product_id for product_id in ids if product_id not in product_of)
    if not items:
        return CartView((), gone, None)
    quote = await shop.pricing.quote_basket(items)
    available_of = {stock.product_id: stock.available for stock in stocks}
    return CartView(_lines(items, quote, product_of, available_of), gone, quote.subtotal)


def _lines(
    items: tuple[Item, ...], quote: Quote, product_of: dict[str, Product], available_of: dict[str, int]
) -> tuple[CartLine, ...]:
    return tuple(
        CartLine(product_of[item.product_id], item.quantity, line.unit, line.total, available_of.get(item.product_id))
        for item, line in zip(items, quote.lines, strict=True)
    )
