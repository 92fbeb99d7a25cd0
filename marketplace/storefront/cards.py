"""Product cards: what the pages show of a product among others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from marketplace.catalog.contract import Product
from marketplace.pricing.contract import Price
from marketplace.reviews.contract import Rating
from marketplace.search.contract import Hit

from .optional import optional
from .shop import Shop


def product_url(product_id: str) -> str:
    return f"/products/{quote(product_id, safe='')}"


def picture_url(product_id: str) -> str:
    return f"/pictures/{quote(product_id, safe='')}.svg"


@dataclass(frozen=True)
class Card:
    """One product among others; what is None is unknown right now and not shown."""

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


def card_of(hit: Hit) -> Card:
    """The card of a search hit, which brings all there is to show."""
    return Card(hit.product, hit.price, hit.rating, hit.available)


async def cards_of(shop: Shop, products: Sequence[Product]) -> tuple[Card, ...]:
    """The cards of products, with as much beside name and picture as can be had in time."""
    ids = tuple(product.id for product in products)
    if not ids:
        return ()
    prices, ratings, stocks = await asyncio.gather(
        optional(shop.pricing.quote_many(ids)),
        optional(shop.reviews.summary(ids)),
        optional(shop.inventory.availability(ids)),
    )
    price_of = {price.product_id: price for price in prices or ()}
    rating_of = {rating.product_id: rating for rating in ratings or ()}
    available_of = {stock.product_id: stock.available for stock in stocks or ()}
    return tuple(
        Card(product, price_of.get(product.id), rating_of.get(product.id), available_of.get(product.id))
        for product in products
    )
