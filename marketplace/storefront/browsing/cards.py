"""Product cards: what pages show of one product among others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalog.contract import Product
from marketplace.inventory.contract import Inventory
from marketplace.pricing.contract import Price, Pricing
from marketplace.reviews.contract import Rating, Reviews
from marketplace.search.contract import Hit
from marketplace.storefront.shop import Extras
from marketplace.storefront.web import picture_url, product_url


@dataclass(frozen=True)
class ProductCard:
    """One product among others. A field that is None is unknown right now; the page leaves it out."""

    product: Product
    price: Price | None = None
    rating: Rating | None = None
    available: int | None = None

    @property
    def url(self) -> str:
        return product_url(self.product.id)

    @property
    def picture(self) -> str:
        return picture_url(self.product.id)


def card_of(hit: Hit) -> ProductCard:
    """The card of a search hit, which brings all that a card shows."""
    return ProductCard(hit.product, hit.price, hit.rating, hit.available)


async def cards_of(extras: Extras, products: Sequence[Product]) -> tuple[ProductCard, ...]:
    """The cards of products. Prices, ratings and stock are on them as far as they arrive in time."""
    ids = tuple(product.id for product in products)
    if not ids:
        return ()
    prices, ratings, stocks = await asyncio.gather(
        extras.pricing.call_or((), Pricing.quote_many, ids),
        extras.reviews.call_or((), Reviews.summary, ids),
        extras.inventory.call_or((), Inventory.availability, ids),
    )
    price_of = {price.product_id: price for price in prices}
    rating_of = {rating.product_id: rating for rating in ratings}
    available_of = {stock.product_id: stock.available for stock in stocks}
    return tuple(
        ProductCard(product, price_of.get(product.id), rating_of.get(product.id), available_of.get(product.id))
        for product in products
    )
