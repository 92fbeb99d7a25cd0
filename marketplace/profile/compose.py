"""Puts the profile capability together."""

from marketplace.profile.service import ProfileService
from marketplace.profile.store import DatabaseProfiles
from plures import Database


def profile(database: Database) -> ProfileService:
    """Profiles, kept in the capability's database."""
    return ProfileService(DatabaseProfiles(database))
