"""The files of the application that an image gets, and which commit they are of."""

import os
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from plures.git import GitFailed
from plures.git import run as git

_NEVER = ("*.pyc", "*/__pycache__/*", "*.swp", ".env", "*/.env")
_EPOCH = "SOURCE_DATE_EPOCH"


class Commit(msgspec.Struct, frozen=True):
    """What a checkout is of.

    Attributes:
        revision: The commit; empty outside of a repository.
        changed: Files that differ from it, as git tells them, from the top of the repository.
        created: Its time in seconds since 1970; what SOURCE_DATE_EPOCH says wins.
    """

    revision: str = ""
    changed: Sequence[str] = ()
    created: int = 0

    @property
    def label(self) -> str:
        """For `org.opencontainers.image.revision`: a checkout that was changed is no commit."""
        return f"{self.revision}-changed" if self.revision and self.changed else self.revision

    @property
    def tag(self) -> str:
        """Short, for the name of an image."""
        return (self.revision[:12] + ("-changed" if self.changed else "")) or "latest"


def commit_of(folder: Path) -> Commit:
    """The commit of a folder. Files that git does not know get into no image, and do not count."""
    said = os.environ.get(_EPOCH, "")
    created = int(said) if said.isdecimal() else None
    try:
        revision, when = git(folder, "log", "-1", "--format=%H %ct", "--no-show-signature").decode().split()
        status = git(folder, "status", "--porcelain", "-z", "--untracked-files=no", "--", ".").decode(errors="replace")
    except (GitFailed, ValueError):
        return Commit(created=created or 0)
    changed = tuple(line[3:] for line in status.split("\0") if line[2:3] == " ")
    return Commit(revision, changed, int(when) if created is None else created)


def files_of(folder: Path, wanted: Iterable[str], exclude: Sequence[str]) -> dict[str, Path]:
    """Path from the folder on → file: those that git knows, as they are in the checkout; outside of a repository, all."""
    found: dict[str, Path] = {}
    for each in wanted:
        place = folder / each
        names = _known(folder, each) if place.is_dir() and not place.is_symlink() else [each]
        found |= {name: folder / name for name in names}
    return {
        name: file
        for name, file in sorted(found.items())
        if (file.is_file() or file.is_symlink())
        and not any(fnmatchcase(name, pattern) for pattern in (*_NEVER, *exclude))
    }


def unknown_to_git(folder: Path, wanted: Sequence[str]) -> list[str]:
    """What lies there and gets into no image, because git neither knows nor ignores it."""
    try:
        listed = git(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", *wanted).decode(errors="replace")
    except GitFailed:
        return []
    return [name for name in listed.split("\0") if name]


def all_files_of(folder: Path, wanted: Iterable[str]) -> dict[str, Path]:
    """The same, whether git knows them or not: what a command has made."""
    found: dict[str, Path] = {}
    for each in wanted:
        place = folder / each
        names = _walked(folder, each) if place.is_dir() else [each]
        found |= {name: folder / name for name in names}
    return dict(sorted(found.items()))


def _known(folder: Path, below: str) -> list[str]:
    try:
        listed = git(folder, "ls-files", "-z", "--cached", "--", below).decode(errors="surrogateescape")
    except GitFailed:
        return _walked(folder, below)
    return [name for name in listed.split("\0") if name]


def _walked(folder: Path, below: str) -> list[str]:
    return [
        file.relative_to(folder).as_posix()
        for file in (folder / below).rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    ]
