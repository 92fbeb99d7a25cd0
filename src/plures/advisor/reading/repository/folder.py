"""The files of a folder as they are on disk now, without copies: what git ignores, environments, builds, other working trees."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plures.git import GitFailed, run

from .opening import Repository
from .tree import (
    A_LINK,
    ENVIRONMENT_SIGNS,
    INSTALLED_FOLDERS,
    LARGEST_BYTES,
    TOO_LARGE,
    Tree,
    is_read,
    printable,
    readable_names,
)

# No code is kept in these, unless git tracks it there.
_SKIPPED_FOLDERS = frozenset(
    ".tox .nox .venv venv env .conda .direnv .pixi .eggs __pycache__ .ipynb_checkpoints .history .hypothesis".split()
)
_STORES = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})
# What `python -m build` and `pip install .` leave in a folder called build: copies of the packages.
_BUILT = ("lib", "bdist.", "lib.")
_GITLINK = b"160000"


def read_folder(folder: Path, repository: Repository | None) -> Tree:
    """The files below `folder`. Links are not followed.

    Args:
        repository: The repository around the folder: what it ignores is left out, and repositories inside it too.
    """
    known = _known(folder, repository)
    names, skipped = readable_names(os.fsencode(raw) for raw in _walk(folder, known))
    digests: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    for path in filter(is_read, names):
        content = _read_file(folder / os.fsdecode(names[path]))
        if isinstance(content, str):
            skipped[path] = content
            continue
        digest = hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
        digests[path] = digest
        contents[digest] = content
    return Tree(tuple(names), digests, contents, skipped, known.submodules)


def _read_file(path: Path) -> bytes | str:
    """The content, or the reason why it is not read."""
    try:
        # A link may lead out of the codebase; a file inside that it leads to is read under its own path.
        if path.is_symlink():
            return A_LINK
        if not path.is_file():
            return "not an ordinary file"
        return path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else TOO_LARGE
    except OSError as failed:
        return failed.strerror or type(failed).__name__


@dataclass(frozen=True)
class _Known:
    """What git knows of the folder. Paths are as the operating system has them.

    Attributes:
        versioned: There is a repository around the folder.
        tracked: Folders that hold tracked files, at any depth.
        ignored: Files, and folders without their closing slash, that git ignores.
    """

    versioned: bool = False
    tracked: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    submodules: tuple[str, ...] = ()


def _known(folder: Path, repository: Repository | None) -> _Known:
    if repository is None:
        return _Known(versioned=(folder / ".git").exists())
    try:
        listed = run(folder, "ls-files", "-z", "--stage").split(b"\0")
        left = run(folder, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory").split(b"\0")
    except GitFailed:
        return _Known(versioned=True)
    entries = [line.partition(b"\t")[::2] for line in listed if line]
    tracked = {above for meta, path in entries if not meta.startswith(_GITLINK) for above in _above(os.fsdecode(path))}
    submodules = tuple(printable(path) for meta, path in entries if meta.startswith(_GITLINK))
    ignored = frozenset(os.fsdecode(path).rstrip("/") for path in left if path)
    # The folder itself may lie in an ignored one, and was asked for nevertheless.
    return _Known(True, frozenset(tracked), frozenset[str]() if "." in ignored else ignored, submodules)


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _walk(folder: Path, known: _Known) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, onerror=lambda _: None):
        relative = os.path.relpath(parent, folder).replace(os.sep, "/")
        start = "" if relative == "." else f"{relative}/"
        folders[:] = [name for name in folders if _belongs(Path(parent, name), f"{start}{name}", known)]
        yield from (start + name for name in files if start + name not in known.ignored)


def _belongs(folder: Path, path: str, known: _Known) -> bool:
    if folder.name in _STORES | INSTALLED_FOLDERS or path in known.ignored:
        return False
    if any((folder / sign).exists() for sign in ENVIRONMENT_SIGNS) or _is_another_repository(folder, known):
        return False
    built = folder.parent.name == "build" and folder.name.startswith(_BUILT) and "/" in path
    return path in known.tracked or not (built or folder.name in _SKIPPED_FOLDERS)


def _is_another_repository(folder: Path, known: _Known) -> bool:
    """A submodule, a clone inside a repository, or a further working tree of some repository."""
    link = folder / ".git"
    if known.versioned:
        return link.exists()
    try:
        return link.is_file() and b"/worktrees/" in link.read_bytes()[:4096]
    except OSError:
        return False
