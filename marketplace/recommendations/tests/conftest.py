"""Both stores, and a catalog with one small shelf."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from marketplace.catalog.contract import Catalog, Product, ProductPage, ProductUnknown
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


@pytest.fixture(params=["memory", "database"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PairStore]:
    if request.param == "memory":
        yield MemoryPairs()
        return
    database = await open_database(tmp_path, "recommendations", MIGRATIONS)
    yield DatabasePairs(database)
    await database.close()


@pytest.fixture
def recommendations(store: PairStore) -> RecommendationsService:
    def get(product_id: str) -> Product:
        found = [product for product in SHELF if product.id == product_id]
        if not found:
            raise ProductUnknown(product_id=product_id)
        return found[0]

    return RecommendationsService(fake(Catalog, get=get, browse=ProductPage(len(SHELF), SHELF)), store)
