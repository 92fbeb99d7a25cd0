"""The files of a codebase: a folder as it is on disk, or one commit. Knows paths and bytes, not what Python means by them."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import git

# A larger .py file is data or generated; reading it would say nothing about structure.
LARGEST_BYTES = 2 * 1024 * 1024
_TOO_LARGE = "larger than 2 MiB"
_SKIPPED_FOLDERS = frozenset(
    ".git .hg .svn .tox .nox .venv venv env node_modules __pycache__ site-packages .eggs".split()
)


@dataclass(frozen=True)
class Tree:
    """Paths of a codebase, and the contents of the files that the advisor needs.

    Attributes:
        paths: Every file, relative to the folder asked for, with forward slashes.
        digests: A content digest per path that was read; equal content has equal digests.
        contents: Bytes by digest.
        skipped: Paths that were not read, with the reason.
    """

    paths: tuple[str, ...]
    digests: dict[str, str]
    contents: dict[str, bytes]
    skipped: dict[str, str]

    def text(self, *paths: str) -> str:
        """The content of the first of these paths that was read; empty when none was."""
        digest = next((self.digests[path] for path in paths if path in self.digests), None)
        return self.contents[digest].decode(errors="replace") if digest else ""


def is_read(path: str) -> bool:
    """Whether the advisor needs this file's content: Python, SQL and owner files, and the list of ignored commits."""
    name = path.rsplit("/", 1)[-1]
    return name.endswith((".py", ".sql")) or name in {"CODEOWNERS", ".git-blame-ignore-revs"}


def read_folder(folder: Path) -> Tree:
    """The files below `folder` as they are on disk now. Links are not followed."""
    found = sorted(_walk(folder))
    paths = tuple(path for path in found if path.isprintable())
    digests: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    skipped = {ascii(path): "its name is not printable text" for path in found if not path.isprintable()}
    for path in filter(is_read, paths):
        content = _read_file(folder / path)
        if isinstance(content, str):
            skipped[path] = content
            continue
        digest = hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
        digests[path] = digest
        contents[digest] = content
    return Tree(paths, digests, contents, skipped)


def _read_file(path: Path) -> bytes | str:
    """The content, or the reason why it is not read."""
    try:
        # A link may lead out of the codebase; a file inside that it leads to is read under its own path.
        if path.is_symlink():
            return "a link"
        if not path.is_file():
            return "not an ordinary file"
        return path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else _TOO_LARGE
    except OSError as failed:
        return failed.strerror or type(failed).__name__


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, onerror=lambda _: None):
        folders[:] = [f for f in folders if f not in _SKIPPED_FOLDERS and not _is_environment(Path(parent, f))]
        relative = Path(parent).relative_to(folder).as_posix()
        start = "" if relative == "." else f"{relative}/"
        yield from (start + name for name in files)


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists()


def read_commit(repository: git.Repository) -> Tree:
    """The files of `repository.head` below the folder that was asked for, straight from git's objects."""
    listing = git.run(
        repository.folder, "ls-tree", "-r", "-l", "-z", "--end-of-options", f"{repository.head}:{repository.prefix}"
    )
    entries = [_entry(line) for line in listing.split(b"\0") if line]
    wanted = {path: blob for path, blob, size in entries if is_read(path) and 0 <= size <= LARGEST_BYTES}
    skipped = {path: _TOO_LARGE for path, _, size in entries if is_read(path) and size > LARGEST_BYTES}
    contents = dict(git.read_blobs(repository.folder, list(wanted.values())))
    lost = {path: "missing from the repository" for path, blob in wanted.items() if blob not in contents}
    digests = {path: blob for path, blob in wanted.items() if blob in contents}
    return Tree(tuple(path for path, _, _ in entries), digests, contents, skipped | lost)


def _entry(line: bytes) -> tuple[str, str, int]:
    meta, _, path = line.partition(b"\t")
    mode, kind, blob, size = meta.split()
    plain = kind == b"blob" and mode != b"120000"
    return path.decode(errors="replace"), blob.decode(), int(size) if plain and size.isdigit() else -1
