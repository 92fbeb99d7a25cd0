"""Prints a Python of this machine that Plures supports: the newest one, or the oldest, of those on the path and of pyenv.

Usage: python3 requirements/pythons.py newest|oldest. Where there is no other one, it is the one that runs this.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
# What `make` does with it: a Python may come without some of these.
NEEDED = "import ensurepip, sqlite3, ssl, sys, venv; print(*sys.version_info[:2])"
PATIENCE_S = 20


def supported() -> list[int]:
    """The minor versions of Python 3 that the classifiers name."""
    return [int(minor) for minor in re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', PYPROJECT.read_text())]


def candidates() -> Iterator[Path]:
    """Each `python3.N` on the path, and those that pyenv has installed."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for minor in supported():
        yield from (folder / f"python3.{minor}" for folder in folders)
        yield from sorted((pyenv / "versions").glob(f"3.{minor}.*/bin/python"))


def minor_of(python: Path) -> int | None:
    """Which Python 3 it is; None where it does not start, or lacks what is needed."""
    try:
        told = subprocess.run([python, "-c", NEEDED], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    except (OSError, subprocess.SubprocessError):
        return None
    return int(told.stdout.split()[1])


def main() -> None:
    """Print the one that is asked for."""
    if len(sys.argv) != 2 or sys.argv[1] not in ("newest", "oldest"):  # noqa: PLR2004  the script and one argument
        sys.exit(f"Usage: {sys.argv[0]} newest|oldest")
    # The one that runs this comes first: among equals it is taken.
    found = {sys.version_info.minor: Path(sys.executable)}
    for python in candidates():
        if python.exists() and (minor := minor_of(python)) in supported():
            found.setdefault(minor, python)
    print(found[max(found) if sys.argv[1] == "newest" else min(found)])


if __name__ == "__main__":
    main()
