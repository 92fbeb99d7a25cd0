"""The catalog capability."""

from marketplace.catalog.contract import Catalog
from marketplace.catalog.packaged import load
from marketplace.catalog.service import CatalogService
from plures import Capability


def make() -> CatalogService:
    return CatalogService(load())


catalog = Capability(Catalog, make)
