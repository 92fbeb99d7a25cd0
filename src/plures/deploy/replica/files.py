"""The files of imported modules, and whether they are still what was imported."""

import os
import sys
from collections.abc import Iterator


class Files:
    """Those of all modules that are imported now.

    It looks at modules once. Whatever a process looks at after it has forked is written to, since objects count who refers to them, and
    so is no longer shared.

    Args:
        began: When their import began, in nanoseconds. What was imported from a file that was written later is not known.
    """

    def __init__(self, began: int) -> None:
        # Copies, which lie side by side.
        self._paths = "\0".join({*_paths()}).split("\0")
        self._versions = [*map(_version, self._paths)]
        self._are_unknown = any(written >= began for written, _ in self._versions)

    def have_changed(self) -> bool:
        return self._are_unknown or any(
            _version(path) != version for path, version in zip(self._paths, self._versions, strict=True)
        )


def _paths() -> Iterator[str]:
    for module in [*sys.modules.values()]:
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            yield file


def _version(path: str) -> tuple[int, int]:
    """When a file was written, in nanoseconds, and how long it is; no file is as one that never changes."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
