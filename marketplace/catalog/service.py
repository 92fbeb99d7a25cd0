"""The catalogue. It is in memory, and does not change while the shop runs."""

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from marketplace.catalog.contract import Catalog, Category, CategoryUnknown, Product, ProductPage, ProductUnknown
from marketplace.catalog.packaged import Catalogue
from marketplace.catalog.pictures import picture_svg

_MOST_PICTURES: Final = 2_000


class CatalogService(Catalog):
    def __init__(self, catalogue: Catalogue, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        """Serve a catalogue; what it features depends on ``today``."""
        self._categories = catalogue.categories
        self._products = {product.id: product for product in catalogue.products}
        self._by_category = _by_category(catalogue)
        # Drawing takes a moment, and most visitors look at the same few products.
        self._drawn = lru_cache(_MOST_PICTURES)(self._draw)
        self._drawings = catalogue.drawings
        self._pictured = {
            category: tuple(each for each in products if each.id in catalogue.drawings)
            for category, products in self._by_category.items()
            if "/" not in category
        }
        self._today = today

    async def get(self, product_id: str) -> Product:
        try:
            return self._products[product_id]
        except KeyError:
            raise ProductUnknown(product_id=product_id) from None

    async def get_many(self, product_ids: tuple[str, ...]) -> tuple[Product, ...]:
        return tuple(self._products[each] for each in product_ids if each in self._products)

    async def categories(self) -> tuple[Category, ...]:
        return self._categories

    async def browse(self, category_id: str, offset: int = 0, limit: int = 24) -> ProductPage:
        if category_id not in self._by_category:
            raise CategoryUnknown(category_id=category_id)
        products = self._by_category[category_id]
        return ProductPage(total=len(products), products=products[offset : offset + limit])

    async def featured(self, limit: int = 12) -> tuple[Product, ...]:
        """One product from each department, then another one from each, until there are enough."""
        day = self._today().isoformat()
        departments = [each.id for each in self._categories if each.parent_id is None]
        departments.sort(key=lambda department: _dice(day, department))
        rounds = range(-(-limit // max(1, len(departments))))
        chosen = (self._choice(department, f"{day} {turn}") for turn in rounds for department in departments)
        return tuple(dict.fromkeys(chosen))[:limit]

    async def picture(self, product_id: str) -> str:
        await self.get(product_id)
        return self._drawn(product_id)

    async def export(self) -> AsyncIterator[Product]:
        for product in self._products.values():
            yield product

    def _draw(self, product_id: str) -> str:
        return picture_svg(self._products[product_id], self._drawings.get(product_id, ""))

    def _choice(self, department: str, occasion: str) -> Product:
        """A product of the department, if possible one that has a drawing: a front page shows pictures."""
        products = self._pictured.get(department) or self._by_category[department]
        return products[_dice(occasion, department) % len(products)]


def _by_category(catalogue: Catalogue) -> dict[str, tuple[Product, ...]]:
    """The products of each category and of those below it, in the order of their names."""
    found: dict[str, list[Product]] = defaultdict(list)
    for product in sorted(catalogue.products, key=lambda product: product.name):
        found[product.category_id].append(product)
        found[product.category_id.partition("/")[0]].append(product)
    return {category: tuple(products) for category, products in found.items()}


def _dice(*seed: str) -> int:
    return int.from_bytes(hashlib.sha256(" ".join(seed).encode()).digest()[:8], "big")
