"""Puts the search capability together."""

from typing import Final

from marketplace.catalog.contract import Catalog
from marketplace.inventory.contract import Inventory
from marketplace.pricing.contract import Pricing
from marketplace.reviews.contract import Reviews
from marketplace.search.builder import persistently
from marketplace.search.service import SearchService
from plures import Lifecycle

ATTEMPTS_AT_START: Final = 3


def search(
    catalog: Catalog, pricing: Pricing, inventory: Inventory, reviews: Reviews, lifecycle: Lifecycle
) -> SearchService:
    """A search that builds its index while its replica starts.

    When the others are not up by then it goes on trying beside the calls, which raise `IndexNotReady` until it is done.
    """
    service = SearchService(catalog, pricing, inventory, reviews)

    async def build() -> None:
        await persistently(service.build, attempts=ATTEMPTS_AT_START)

    async def build_late() -> None:
        if not service.is_built:
            await persistently(service.build)

    lifecycle.on_start(build)
    lifecycle.background(build_late)
    return service
