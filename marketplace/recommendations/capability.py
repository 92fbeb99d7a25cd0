"""The recommendations capability."""

from marketplace.catalog.contract import Catalog
from marketplace.recommendations.contract import Recommendations
from marketplace.recommendations.service import RecommendationsService
from marketplace.recommendations.store import MIGRATIONS, DatabasePairs
from plures import Capability


def make(catalog: Catalog, store: DatabasePairs) -> RecommendationsService:
    return RecommendationsService(catalog, store)


recommendations = Capability(Recommendations, make, migrations=MIGRATIONS)
