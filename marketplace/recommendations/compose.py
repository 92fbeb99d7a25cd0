"""Puts the recommendations capability together."""

from marketplace.catalog.contract import Catalog
from marketplace.recommendations.service import RecommendationsService
from marketplace.recommendations.store import DatabasePairs
from plures import Database


def recommendations(catalog: Catalog, database: Database) -> RecommendationsService:
    """What orders taught, kept in the capability's database."""
    return RecommendationsService(catalog, DatabasePairs(database))
