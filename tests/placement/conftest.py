import sys
from pathlib import Path

# The processes that the suite starts import the application by name, as those of a user would.
sys.path.insert(0, str(Path(__file__).parent))

from plures.testing import EVERYWHERE, Where, placements

shop = placements("lab:app", where=(*EVERYWHERE, Where.BY_REFERENCE), scope="session")
checked_shop = placements("lab:app", scope="session")
