"""All stores, and a catalog with a few small shelves."""

import pytest

from marketplace.catalog.contract import Catalog, Product, ProductPage, ProductUnknown
from marketplace.recommendations.memory import MemoryPairs
from marketplace.recommendations.service import RecommendationsService
from marketplace.recommendations.store import MIGRATIONS, DatabasePairs
from plures.testing import fake
from tests.databases import Databases, repeating

SHELF = tuple(
    Product(name, name.title(), text, "drinks/hot")
    for name, text in {
        "tea": "a hot drink made from leaves",
        "cider": "a drink made from apples",
        "mate": "a hot drink made from holly leaves",
        "soda": "sparkling water",
    }.items()
)


GOES_WITH_TEA = (
    Product("mug", "Mug", "a cup with a handle for hot drinks", "kitchen/drinkware"),
    Product("cookie", "Cookie", "a small sweet cake", "bakery/cookies"),
)


@pytest.fixture
def beside() -> list[Product]:
    """What the catalog has beside the shelf; a test may put something there."""
    return []


@pytest.fixture
def catalog(beside: list[Product]) -> Catalog:
    def get(product_id: str) -> Product:
        found = [product for product in SHELF if product.id == product_id]
        if not found:
            raise ProductUnknown(product_id=product_id)
        return found[0]

    def get_many(product_ids: tuple[str, ...]) -> tuple[Product, ...]:
        return tuple(product for each in product_ids for product in beside if product.id == each)

    def browse(category_id: str, offset: int = 0, limit: int = 24) -> ProductPage:
        assert category_id == "drinks/hot"
        return ProductPage(len(SHELF), SHELF[offset : offset + limit])

    return fake(Catalog, get=get, get_many=get_many, browse=browse)


@pytest.fixture
async def recommendations(kept_in: Databases | None, catalog: Catalog) -> RecommendationsService:
    if kept_in is None:
        return RecommendationsService(catalog, MemoryPairs())
    database = await kept_in.open("recommendations", MIGRATIONS)
    return RecommendationsService(catalog, repeating(DatabasePairs(database)))
