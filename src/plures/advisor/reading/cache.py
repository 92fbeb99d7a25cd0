"""Keeps what was read, by content and commit, so that a second run is quick. A cache that cannot be used is simply empty."""

import contextlib
import gc
import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import msgspec

VERSION = 1  # Rises when the meaning of what is stored changes.
_KEPT = 40  # Entries per kind; the oldest beyond it are removed.

T = TypeVar("T")


def default_folder() -> Path:
    """The user's cache folder, never the repository that is read."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "plures" / "advisor"


class Cache:
    """Values stored by kind and key.

    Args:
        folder: Where; None stores nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, kind: str, key: str, shape: type[T]) -> T | None:
        """The value stored under `key`, or None when it is missing, unreadable or of another shape."""
        if self._folder is None:
            return None
        # A million small objects arrive at once and none of them is garbage: collecting in between only costs time.
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
        """Store `value`; a full or read-only disk is no error."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError, UnicodeEncodeError):
            self._folder.mkdir(parents=True, exist_ok=True)
            target = self._file(self._folder, kind, key)
            # Written aside and renamed: another run must never read half a file.
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as part:
                part.write(msgspec.msgpack.encode(value))
            Path(part.name).replace(target)
            self._forget_oldest(self._folder, kind)

    def _file(self, folder: Path, kind: str, key: str) -> Path:
        digest = hashlib.sha256(f"{VERSION}\0{version('plures')}\0{key}".encode(errors="surrogateescape")).hexdigest()[
            :32
        ]
        return folder / f"{kind}-{digest}.msgpack"

    def _forget_oldest(self, folder: Path, kind: str) -> None:
        files = sorted(folder.glob(f"{kind}-*.msgpack"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_KEPT]:
            file.unlink(missing_ok=True)
