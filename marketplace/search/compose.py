"""Puts the search capability together."""

from marketplace.catalog.contract import Catalog
from marketplace.inventory.contract import Inventory
from marketplace.pricing.contract import Pricing
from marketplace.reviews.contract import Reviews
from marketplace.search.builder import persistently
from marketplace.search.service import SearchService
from plures import Lifecycle


def search(
    catalog: Catalog, pricing: Pricing, inventory: Inventory, reviews: Reviews, lifecycle: Lifecycle
) -> SearchService:
    """A search that builds its index while its replica starts."""
    service = SearchService(catalog, pricing, inventory, reviews)

    async def build() -> None:
        await persistently(service.build)

    lifecycle.on_start(build)
    return service
