"""An environment with the core of Plures alone, and what a test adds: as after `pip install plures`, without what that takes."""

import os
import subprocess
import venv
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

CORE = ("plures", "httptools", "msgspec")
CLI = ("click", "rich", "markdown-it-py", "mdurl", "pygments", "uvicorn", "h11", "uvloop")
PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
SOURCES = Path(__file__).parents[3] / "src"


class Environment:
    """A virtual environment; its distributions are links to those that the tests run with.

    Attributes:
        folder: Of the environment.
        site: Where its distributions are.
    """

    def __init__(self, folder: Path, names: Iterable[str] = ()) -> None:
        venv.create(folder, symlinks=True)
        self.folder = folder
        (self.site,) = folder.glob("lib/python*/site-packages")
        for name in (*CORE, *names):
            self._link(name)
        (self.site / "sources.pth").write_text(str(SOURCES))

    def _link(self, name: str) -> None:
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or ()}:
            place = Path(str(found.locate_file(top)))
            own = top in {"..", "__pycache__"} or "editable" in top or place.suffix == ".pth"
            if not own and not (self.site / top).exists():
                (self.site / top).symlink_to(place)

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run its Python with these arguments."""
        return subprocess.run(
            [self.folder / "bin" / "python", *arguments],
            cwd=cwd,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
