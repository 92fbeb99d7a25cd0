"""Layers that were written before: packing hundreds of files again takes seconds, and gives the same bytes."""

import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from plures.images import Compression, Entry, Layer, with_bytecode, write_layer

_FORMAT: Final = 1
"""Higher with each change of what layers hold."""
_KEPT_S: Final = 30 * 24 * 3600


class Layers:
    """Writes layers, or finds them.

    Args:
        cache: Folder; what was not asked for in thirty days is removed.
        compression: Of all layers.
        compiles: Whether sources get their bytecode.
    """

    def __init__(self, cache: Path, compression: Compression, *, compiles: bool) -> None:
        self._folder = cache / "layers"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._compression: Compression = compression
        self._compiles = compiles

    def of(self, about: str, made_of: Sequence[str], entries: Callable[[], Iterable[Entry]]) -> tuple[Layer, Path]:
        """A layer and the file of its blob.

        Args:
            made_of: What decides what is in it, such as digests of wheels.
            entries: Called where it is not there yet.
        """
        python = sys.implementation.cache_tag if self._compiles else None
        key = json.dumps([_FORMAT, about, self._compression, python, *made_of])
        blob = self._folder / hashlib.sha256(key.encode()).hexdigest()
        told = blob.with_suffix(".json")
        if told.exists() and blob.exists():
            os.utime(told)
            return msgspec.json.decode(told.read_bytes(), type=Layer), blob
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            unfinished = Path(folder) / "blob"
            given = entries()
            layer = write_layer(
                with_bytecode(given) if self._compiles else given,
                unfinished,
                compression=self._compression,
                about=about,
            )
            unfinished.replace(blob)
            (Path(folder) / "told").write_bytes(msgspec.json.encode(layer))
            (Path(folder) / "told").replace(told)
        return layer, blob

    def of_files(self, about: str, entries: Sequence[Entry]) -> tuple[Layer, Path]:
        """The same, of files that are read to see whether they changed."""
        return self.of(about, [digest_of(entries)], lambda: entries)

    def forget(self) -> None:
        """Remove what was not asked for in a long time."""
        oldest = time.time() - _KEPT_S
        for told in self._folder.glob("*.json"):
            if told.stat().st_mtime < oldest:
                told.unlink(missing_ok=True)
                told.with_suffix("").unlink(missing_ok=True)


def digest_of(entries: Iterable[Entry]) -> str:
    """Of all that is said of entries, and their content."""
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda each: each.path):
        content = b"" if entry.link or entry.is_folder else entry.read()
        about = json.dumps([entry.path, entry.mode, entry.link, entry.is_folder, entry.owner, len(content)])
        digest.update(about.encode() + b"\0" + content)
    return digest.hexdigest()
