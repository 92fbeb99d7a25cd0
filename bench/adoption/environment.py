"""A virtual environment for one application: what it asks for, then Plures from this repository."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from .project import Project
from .tree import ROOT


def interpreter(folder: Path) -> Path:
    """The Python of the environment, made when there is none."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(folder / "venv", with_pip=True)
    return python


def install(project: Project, python: Path, tree: Path) -> None:
    """Put the application and Plures into it, unless they are there."""
    wanted = [*project.requirements, "-e", str(tree), "-e", str(ROOT)]
    mark, digest = python.parent.parent / "installed", hashlib.sha256(repr(wanted).encode()).hexdigest()
    if mark.exists() and mark.read_text() == digest:
        return
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True, stdout=sys.stderr)
    mark.write_text(digest)
