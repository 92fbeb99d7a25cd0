import pytest

from marketplace.profile.memory import MemoryProfiles
from marketplace.profile.service import ProfileStore
from marketplace.profile.store import MIGRATIONS, DatabaseProfiles
from tests.databases import Databases, repeating


@pytest.fixture
async def store(kept_in: Databases | None) -> ProfileStore:
    """Each test of a store runs with all of them, so they behave alike."""
    if kept_in is None:
        return MemoryProfiles()
    return repeating(DatabaseProfiles(await kept_in.open("profile", MIGRATIONS)))
