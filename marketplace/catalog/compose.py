"""Puts the catalog capability together."""

from marketplace.catalog.packaged import load
from marketplace.catalog.service import CatalogService


def catalog() -> CatalogService:
    """The packaged catalogue."""
    return CatalogService(load())
