"""Saved searches that Django wrote become the capability's own, get one more there, and go home again; each time all of them are there."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from plures.testing import hosted

DATABASE = "demodesk/db.sqlite3"
WRITE = """
from django.contrib.auth import get_user_model
from helpdesk.models import SavedSearch
anna = get_user_model().objects.create_user("anna")
for number in range(3):
    SavedSearch.objects.create(user=anna, title=f"search {number}", shared=not number, query="e30=")
"""
LOOK = """
from helpdesk.models import SavedSearch
assert [each.user.username for each in SavedSearch.objects.all()] == ["anna"] * 4
assert SavedSearch.objects.create(user_id=1, title="after", query="e30=").pk == 5
"""


def program(*words: str) -> str:
    """What a program printed; it is over when that fails."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def adopt(*more: str) -> None:
    """Type the command, and show what it says."""
    words = ("plures", "data", "adopt", "searches", "--from", DATABASE, *more)
    print("$", *words)
    print(program(*words), end="")


if __name__ == "__main__":
    program(sys.executable, "manage.py", "migrate")
    program(sys.executable, "manage.py", "shell", "-c", WRITE)
    adopt("--dry-run")
    adopt("--without-references")
    sys.path.insert(0, str(Path.cwd()))
    with hosted(Path("plures.toml"), data=Path(".plures")) as running:
        searches = running.client(import_module("helpdesk.searches").Searches)
        assert [each.title for each in searches.visible(1)] == ["search 0", "search 1", "search 2"]
        assert [each.title for each in searches.visible(None)] == ["search 0"]
        assert searches.save(1, "new", False, "e30=") == 4
    adopt("--back")
    program(sys.executable, "manage.py", "shell", "-c", LOOK)
