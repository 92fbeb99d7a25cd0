"""The files of a codebase as values, and those of one commit. Knows paths and bytes, not what Python means by them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from plures.git import read_blobs, run

from .opening import Repository

# A larger .py file is data or generated; reading it would say nothing about structure.
LARGEST_BYTES = 2 * 1024 * 1024
TOO_LARGE = "larger than 2 MiB"
# A link may lead out of the codebase; a file inside that it leads to is read under its own path.
A_LINK = "a link"
_MISSING = "missing from the repository"
# What is installed is never the code of this codebase, not even where it was committed.
INSTALLED_FOLDERS = frozenset({"node_modules", "site-packages", "dist-packages", "__pypackages__", "conda-meta"})
# A folder that holds one of these is an environment: venv, conda, and what virtualenv made before version 20.
ENVIRONMENT_SIGNS = ("pyvenv.cfg", "conda-meta/history", "bin/activate_this.py", "Scripts/activate_this.py")


@dataclass(frozen=True)
class Tree:
    """Paths of a codebase, and the contents of the files that the advisor needs.

    Attributes:
        paths: Every file, relative to the folder asked for, with forward slashes.
        digests: A content digest per path that was read; equal content has equal digests.
        contents: Bytes by digest.
        skipped: Paths that were not read, with the reason.
        submodules: Folders that are repositories of their own, as this one says; they are not read.
    """

    paths: tuple[str, ...]
    digests: dict[str, str]
    contents: dict[str, bytes]
    skipped: dict[str, str]
    submodules: tuple[str, ...] = ()

    def text(self, *paths: str) -> str:
        """The content of the first of these paths that was read; empty when none was."""
        digest = next((self.digests[path] for path in paths if path in self.digests), None)
        return self.contents[digest].decode(errors="replace") if digest else ""


def is_read(path: str) -> bool:
    """Whether the advisor needs this file's content: Python, SQL and owner files, and the list of ignored commits."""
    name = path.rsplit("/", 1)[-1]
    return name.endswith((".py", ".sql")) or name in {"CODEOWNERS", ".git-blame-ignore-revs"}


def printable(raw: bytes) -> str:
    """A path as text that does nothing to the terminal that shows it."""
    path = raw.decode(errors="replace")
    return path if path.isprintable() else ascii(os.fsdecode(raw))


def readable_names(paths: Iterable[bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Names for people by which files are known, and the files that cannot have one, with the reason.

    A name that is no UTF-8 gets a sign in place of what cannot be shown, as git's history shows it. What is not printable could act
    on the terminal that shows it.
    """
    names: dict[str, bytes] = {}
    skipped: dict[str, str] = {}
    for raw in sorted(paths):
        path = raw.decode(errors="replace")
        if not path.isprintable():
            skipped[printable(raw)] = "its name is not printable text"
        elif path in names:
            skipped[ascii(os.fsdecode(raw))] = f"its name reads like that of another file, {path}"
        else:
            names[path] = raw
    return names, skipped


def read_commit(repository: Repository) -> Tree:
    """The files of `repository.head` below the folder that was asked for, straight from git's objects."""
    listing = run(
        repository.folder, "ls-tree", "-r", "-l", "-z", "--end-of-options", f"{repository.head}:{repository.prefix}"
    )
    listed = dict(_entry(line) for line in listing.split(b"\0") if line)
    names, unnamed = readable_names(raw for raw, entry in listed.items() if entry.kind == b"blob")
    entries = {path: listed[names[path]] for path in _without_installed(names)}
    code = {path: entry for path, entry in entries.items() if is_read(path)}
    wanted = {path: entry.blob for path, entry in code.items() if 0 <= entry.size <= LARGEST_BYTES}
    skipped = {path: code[path].why_unread for path in code.keys() - wanted.keys()}
    contents = dict(read_blobs(repository.folder, list(wanted.values())))
    lost = {path: _MISSING for path, blob in wanted.items() if blob not in contents}
    digests = {path: blob for path, blob in wanted.items() if blob in contents}
    submodules = tuple(printable(raw) for raw, entry in listed.items() if entry.kind == b"commit")
    return Tree(tuple(entries), digests, contents, unnamed | skipped | lost, submodules)


@dataclass(frozen=True)
class _Entry:
    """What git says of one file.

    Attributes:
        size: In bytes; -1 for what has no content of its own here.
    """

    kind: bytes
    blob: str
    size: int
    link: bool

    @property
    def why_unread(self) -> str:
        """The reason why a file of code is not read."""
        return A_LINK if self.link else TOO_LARGE if self.size > LARGEST_BYTES else _MISSING


def _entry(line: bytes) -> tuple[bytes, _Entry]:
    meta, _, path = line.partition(b"\t")
    mode, kind, blob, size = meta.split()
    link = mode == b"120000"
    return path, _Entry(kind, blob.decode(), int(size) if size.isdigit() and not link else -1, link)


def _without_installed(paths: Iterable[str]) -> list[str]:
    """Paths that lie in no environment."""
    listed = list(paths)
    ends = tuple(f"/{sign}" for sign in ENVIRONMENT_SIGNS)
    environments = tuple(
        path.removesuffix(sign)
        for path in listed
        if path.endswith(ends)
        for sign in ENVIRONMENT_SIGNS
        if path.endswith(f"/{sign}")
    )
    return [
        path
        for path in listed
        if not path.startswith(environments) and INSTALLED_FOLDERS.isdisjoint(path.split("/")[:-1])
    ]
