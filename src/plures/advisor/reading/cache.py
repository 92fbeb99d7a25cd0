"""Keeps what was read, so that a second run is quick. A cache that cannot be used counts as empty. Does not know what it keeps."""

import contextlib
import gc
import hashlib
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import msgspec

# Rises when the meaning of what is stored changes.
VERSION = 8
# Most entries of a kind; the oldest ones above it are removed.
_KEPT = 40

T = TypeVar("T")


def default_folder() -> Path:
    """The user's cache folder, never the repository that is read."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "plures" / "advisor"


class Cache:
    """Values stored by kind and key.

    Args:
        folder: Where the values are kept; None stores nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, kind: str, key: str, shape: type[T]) -> T | None:
        """The value stored under `key`, or None when it is missing, unreadable or of another shape."""
        if self._folder is None:
            return None
        # A million small objects arrive at once and none of them is garbage: the collector would only cost time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return msgspec.msgpack.decode(self._file(self._folder, kind, key).read_bytes(), type=shape)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        finally:
            if collecting:
                gc.enable()

    def store(self, kind: str, key: str, value: object) -> None:
        """Store `value`. A full or read-only disk is not an error."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError, UnicodeEncodeError):
            self._folder.mkdir(parents=True, exist_ok=True)
            target = self._file(self._folder, kind, key)
            # The file is written aside and then renamed, so that another run never reads half of it.
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as part:
                part.write(msgspec.msgpack.encode(value))
            Path(part.name).replace(target)
            self._forget_oldest(self._folder, kind)

    def _file(self, folder: Path, kind: str, key: str) -> Path:
        # What Python can parse depends on its own version.
        python = sys.version_info[:2]
        full_key = f"{VERSION}\0{version('plures')}\0{python}\0{key}".encode(errors="surrogateescape")
        return folder / f"{kind}-{hashlib.sha256(full_key).hexdigest()[:32]}.msgpack"

    def _forget_oldest(self, folder: Path, kind: str) -> None:
        files = sorted(folder.glob(f"{kind}-*.msgpack"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_KEPT]:
            file.unlink(missing_ok=True)
