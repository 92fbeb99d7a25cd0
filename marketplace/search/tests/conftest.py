"""A shop of a few products, and fakes of the capabilities that search calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from marketplace.catalog.contract import Catalog, Category, Product
from marketplace.inventory.contract import Inventory, Stock
from marketplace.pricing.contract import Money, Price, Pricing
from marketplace.reviews.contract import Rating, Reviews
from marketplace.search.service import SearchService
from plures import Optionally, Outcome, Unavailable
from plures.testing import fake

CATEGORIES = (
    Category("home", "Home", 3),
    Category("home/chairs", "Chairs", 2, "home"),
    Category("home/lamps", "Lamps", 1, "home"),
    Category("drinks", "Drinks", 2),
    Category("drinks/tea", "Tea & More", 2, "drinks"),
)
PRODUCTS = (
    Product("sofa", "Sofa", "A long seat with a back.", "home/chairs", ("couch", "lounge")),
    Product("sofa-bed", "Sofa Bed", "A sofa to sleep on.", "home/chairs"),
    Product("lens", "Lens", "A glass that bends light.", "home/lamps"),
    Product("teapot", "Teapot", "A pot for tea.", "drinks/tea"),
    Product("tea", "Green Tea", "Dried leaves.", "drinks/tea"),
)


def rating(product_id: str, average: float, count: int) -> Rating:
    return Rating(product_id, average, count, (0, 0, 0, 0, count))


def unavailable() -> Unavailable:
    return Unavailable("marketplace.some.v1.Some/Thing", "it is down", outcome=Outcome.NOT_SENT)


class Fakes(NamedTuple):
    """The capabilities that search calls."""

    catalog: Catalog
    pricing: Pricing
    inventory: Optionally[Inventory]
    reviews: Optionally[Reviews]


@dataclass
class Shop:
    """What the other capabilities would answer. A field that is None stands for one that is down."""

    products: tuple[Product, ...] = PRODUCTS
    prices: Mapping[str, int] = field(
        default_factory=lambda: {"sofa": 49900, "sofa-bed": 69900, "lens": 1200, "teapot": 2400, "tea": 499}
    )
    stock: Mapping[str, int] | None = field(default_factory=lambda: {"sofa": 3, "teapot": 0})
    ratings: Mapping[str, Rating] | None = field(
        default_factory=lambda: {"sofa": rating("sofa", 4.5, 10), "tea": rating("tea", 5.0, 1)}
    )
    down: Exception | None = None

    def fakes(self) -> Fakes:
        return Fakes(
            catalog=fake(
                Catalog, categories=CATEGORIES, export=lambda: self._or_down(self.products), get_many=self._get
            ),
            pricing=fake(Pricing, quote_many=self._prices),
            inventory=Optionally(fake(Inventory, availability=self._stock)),
            reviews=Optionally(fake(Reviews, summary=self._ratings)),
        )

    def search(self) -> SearchService:
        return SearchService(*self.fakes())

    def _or_down(self, answer: tuple[Product, ...]) -> tuple[Product, ...]:
        if self.down is not None:
            raise self.down
        return answer

    def _get(self, product_ids: tuple[str, ...]) -> tuple[Product, ...]:
        return tuple(product for product in self.products if product.id in product_ids)

    def _prices(self, product_ids: tuple[str, ...]) -> tuple[Price, ...]:
        known = ((each, Money(self.prices[each])) for each in product_ids if each in self.prices)
        return tuple(Price(product_id, unit=money, regular=money) for product_id, money in known)

    def _stock(self, product_ids: tuple[str, ...]) -> tuple[Stock, ...]:
        if self.stock is None:
            raise unavailable()
        return tuple(Stock(each, self.stock[each]) for each in product_ids if each in self.stock)

    def _ratings(self, product_ids: tuple[str, ...]) -> tuple[Rating, ...]:
        if self.ratings is None:
            raise unavailable()
        return tuple(self.ratings[each] for each in product_ids if each in self.ratings)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def search(shop: Shop) -> SearchService:
    service = shop.search()
    await service.build()
    return service
