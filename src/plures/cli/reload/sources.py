"""The files that an application consists of, and which of them have changed since the last look.

What counts is what the files hold. So a folder that is renamed changes all files in it, and a file that is written again as it was
has not changed.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG
from typing import Final

_SUFFIXES: Final = (".py", ".toml", ".html", ".css", ".js", ".svg", ".json")
_IGNORED: Final = frozenset(
    (
        *("__pycache__", ".git", ".hg", ".svn", ".idea", ".vscode", "node_modules", ".venv", ".tox", ".nox"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
    )
)
_EDITORS: Final = (".#*", "*___jb_???___*", "flycheck_*", "flymake_*", "*_flymake.py")
_LARGE_BYTES: Final = 4_000_000


@dataclass(frozen=True)
class _State:
    """What was seen of a file. `content` is empty where it is too large to be read again and again."""

    stamp: tuple[int, int, int]
    content: bytes

    def is_like(self, other: "_State") -> bool:
        return self.content == other.content if self.content and other.content else self.stamp == other.stamp


@dataclass(frozen=True)
class Changes:
    """Paths of files below the folder of the application, as they are written in a pattern."""

    edited: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    @property
    def paths(self) -> frozenset[str]:
        return self.edited | self.added | self.removed


class Sources:
    """The files below a folder whose suffix is one of code, settings or pages.

    Attributes:
        folder: Absolute. Only names below it count: the folder itself may be in one that is called `.venv`.
    """

    def __init__(self, folder: Path, *, data: Path, exclude: Sequence[str] = ()) -> None:
        """Look for the first time.

        Args:
            data: The folder of the databases, which the application itself writes.
            exclude: Patterns such as `*.json`, `static/built` or `hello/cache.json`. One without a slash is compared with the
                name of the file and of each folder around it. A folder that matches is left out with all that is in it.
        """
        self.folder = _normal(folder)
        self._data = _normal(data)
        self._patterns = [_relative(pattern, self.folder) for pattern in exclude]
        self._folders: set[str] = set()
        self._seen = self._look({})

    def concern(self, path: str) -> bool:
        """Whether an event at a path may have changed one of the files."""
        # The last case is a folder that is gone.
        return path.endswith(_SUFFIXES) or os.path.isdir(path) or path in self._folders  # noqa: PTH112 - it is asked very often

    def changes(self) -> Changes:
        """What has changed since the last look."""
        before, self._seen = self._seen, self._look(self._seen)
        edited = (path for path in before.keys() & self._seen.keys() if not before[path].is_like(self._seen[path]))
        added, removed = self._seen.keys() - before.keys(), before.keys() - self._seen.keys()
        return Changes(frozenset(edited), frozenset(added), frozenset(removed))

    def _look(self, before: dict[str, _State]) -> dict[str, _State]:
        states = ((path, _state(self.folder / path, before.get(path))) for path in self._paths())
        return {path: state for path, state in states if state is not None}

    def _paths(self) -> Iterator[str]:
        visited: set[tuple[int, int]] = set()
        self._folders = set()
        for name, folders, files in os.walk(self.folder, followlinks=True):
            self._folders.add(name)
            here = Path(name)
            below = here.relative_to(self.folder)
            folders[:] = [each for each in folders if self._is_entered(here / each, (below / each).as_posix(), visited)]
            for file in files:
                path = (below / file).as_posix()
                if file.endswith(_SUFFIXES) and not _matches(path, (*_EDITORS, *self._patterns)):
                    yield path

    def _is_entered(self, folder: Path, path: str, visited: set[tuple[int, int]]) -> bool:
        if folder.name in _IGNORED or folder == self._data or _matches(path, self._patterns):
            return False
        try:
            status = folder.stat()
        except OSError:
            return False
        # A link may lead to a folder around it.
        identity = status.st_dev, status.st_ino
        is_new, is_environment = identity not in visited, (folder / "pyvenv.cfg").exists()
        visited.add(identity)
        return is_new and not is_environment


def _state(path: Path, before: _State | None) -> _State | None:
    """None where the file is gone meanwhile, or is none."""
    try:
        status = path.stat()
        # Reading from a pipe would wait for a writer.
        if not S_ISREG(status.st_mode):
            return None
        stamp = status.st_mtime_ns, status.st_size, status.st_ino
        if before is not None and before.stamp == stamp:
            return before
        content = b"" if status.st_size > _LARGE_BYTES else blake2b(path.read_bytes()).digest()
    except OSError:
        return None
    return _State(stamp, content)


def _normal(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - without `..`, and without following links, as the watcher names it


def _relative(pattern: str, folder: Path) -> str:
    """A pattern as it is compared with paths below the folder; `./static/` and an absolute path are understood."""
    text = pattern.removeprefix("./").rstrip("/")
    return text.removeprefix(f"{folder.as_posix()}/")


def _matches(path: str, patterns: Sequence[str]) -> bool:
    # With a slash in front, `**/` matches no folder as well.
    name = path.rpartition("/")[2]
    return any(
        fnmatchcase(path, pattern) or fnmatchcase(f"/{path}", pattern) if "/" in pattern else fnmatchcase(name, pattern)
        for pattern in patterns
    )
