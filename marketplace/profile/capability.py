"""The profile capability."""

from marketplace.profile.contract import Profile
from marketplace.profile.service import ProfileService
from marketplace.profile.store import MIGRATIONS, DatabaseProfiles
from plures import Capability


def make(store: DatabaseProfiles) -> ProfileService:
    return ProfileService(store)


profile = Capability(Profile, make, migrations=MIGRATIONS)
