import sys
from pathlib import Path

# The processes that the suite starts import the application by name, as those of a user would.
sys.path.insert(0, str(Path(__file__).parent))

from plures.testing import EVERYWHERE, Where, placements

shop = placements("lab:app", scope="session")
# In process, nothing checks what crosses: a request that breaks its contract gets through.
checked_shop = placements(
    "lab:app", where=[where for where in EVERYWHERE if where is not Where.IN_PROCESS], scope="session"
)
