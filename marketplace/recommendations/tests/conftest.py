"""Both stores, and a catalog with a few small shelves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from marketplace.catalog.contract import Catalog, CategoryUnknown, Product, ProductPage, ProductUnknown
from marketplace.recommendations.memory import MemoryPairs
from marketplace.recommendations.service import PairStore, RecommendationsService
from marketplace.recommendations.store import MIGRATIONS, DatabasePairs
from plures.testing import fake, open_database

SHELF = tuple(
    Product(name, name.title(), text, "drinks/hot")
    for name, text in {
        "tea": "a hot drink made from leaves",
        "cider": "a drink made from apples",
        "mate": "a hot drink made from holly leaves",
        "soda": "sparkling water",
    }.items()
)


CUPS = (
    Product("mug", "Mug", "a cup with a handle for hot drinks", "kitchen/drinkware"),
    Product("flute", "Flute", "a tall narrow wineglass", "kitchen/drinkware"),
)
BISCUITS = (Product("wafer", "Wafer", "a thin crisp biscuit", "bakery/cookies"),)


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PairStore]:
    if request.param == "memory":
        yield MemoryPairs()
        return
    database = await open_database(tmp_path, "recommendations", MIGRATIONS)
    yield DatabasePairs(database)
    await database.close()


@pytest.fixture
def shelves() -> dict[str, tuple[Product, ...]]:
    """What stands on each shelf of the catalog; a test may put more on them."""
    return {"drinks/hot": SHELF}


@pytest.fixture
def recommendations(store: PairStore, shelves: dict[str, tuple[Product, ...]]) -> RecommendationsService:
    def get(product_id: str) -> Product:
        found = [product for product in (*SHELF, *CUPS, *BISCUITS) if product.id == product_id]
        if not found:
            raise ProductUnknown(product_id=product_id)
        return found[0]

    def browse(category_id: str, offset: int = 0, limit: int = 24) -> ProductPage:
        products = shelves.get(category_id)
        if products is None:
            raise CategoryUnknown(category_id=category_id)
        return ProductPage(len(products), products[offset : offset + limit])

    return RecommendationsService(fake(Catalog, get=get, browse=browse), store)
