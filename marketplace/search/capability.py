"""The search capability."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from marketplace.catalog.contract import Catalog
from marketplace.inventory.contract import Inventory
from marketplace.pricing.contract import Pricing
from marketplace.reviews.contract import Reviews
from marketplace.search.builder import persistently
from marketplace.search.contract import Search
from marketplace.search.service import SearchService
from plures import Capability, Lifecycle, Optionally

ATTEMPTS_AT_START: Final = 10


@asynccontextmanager
async def make(
    catalog: Catalog,
    pricing: Pricing,
    inventory: Optionally[Inventory],
    reviews: Optionally[Reviews],
    lifecycle: Lifecycle,
) -> AsyncGenerator[SearchService]:
    """A search that builds its index before its replica takes calls.

    While the other capabilities are not up, it goes on trying beside its calls, which raise `IndexNotReady` until then.
    """
    service = SearchService(catalog, pricing, inventory, reviews)

    async def build_late() -> None:
        await persistently(service.build)

    if not await persistently(service.build, attempts=ATTEMPTS_AT_START):
        lifecycle.background(build_late)
    yield service


search = Capability(Search, make)
