"""Reads the commits of a repository in one streaming pass. Knows who changed which file when; does not know components."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from plures.git import stream

from .opening import Repository
from .renames import FileChange, Follower
from .tree import Tree

_CHUNK_BYTES = 1 << 20

# Of a larger commit only the number of files is kept: which files they are teaches nothing.
MOST_FILES = 2_000

_FORMAT = (
    "%x01%H%x02%at%x02%aN%x02%aE%x02%s%x02%(trailers:key=Closes-Bug,key=Implements,key=Fixes,key=Closes,separator=%x20)"
)
_TICKET = re.compile(
    r"(?:(?:closes?|fixe?[sd]?|resolves?|refs?|bug|issue|ticket|gh)[-: ]*#?|#)(\d{2,8})\b|\b([A-Z][A-Z0-9]{1,9}-\d{1,6})\b",
    re.IGNORECASE,
)
_FORMATTING = re.compile(
    r"\b(pep-?8|flake8|black|isort|ruff|pyupgrade|yapf|autopep8|white ?space|reformat\w*|formatting|re-?indent\w*|lint\w*|copyright"
    r"|licen[cs]e header|line endings?|2to3|unused imports?|pylint|hacking|coding style|trailing|encoding line|bump version)\b",
    re.IGNORECASE,
)
_BOT = re.compile(
    r"\[bot\]|\b(dependabot|renovate|pre-commit-ci|pyup[-_ ]?bot|jenkins|zuul|transifex|weblate|translation[-_ ]?bot)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Commit:
    """One change.

    Attributes:
        sha: Its id.
        when: Author's time, in seconds since 1970.
        author: Position in `History.authors`.
        subject: First line of the message, at most 100 characters.
        tickets: Ids of issues that the message names.
        files: Positions in `History.paths`, of at most `MOST_FILES` files.
        size: How many files it touched.
        formatting: Only the form of code changed, as the message says, or a program made the commit.
    """

    sha: str
    when: int
    author: int
    subject: str
    tickets: tuple[str, ...]
    files: tuple[int, ...]
    size: int
    formatting: bool


@dataclass(frozen=True)
class History:
    """All commits, newest first, with the paths that the files have today.

    Attributes:
        head: The newest commit.
        shallow: Older commits are missing from this clone.
        authors: "name <address>", corrected by `.mailmap`.
        paths: Paths of the files today; of a removed file, its last path.
    """

    head: str
    shallow: bool
    authors: tuple[str, ...]
    paths: tuple[str, ...]
    commits: tuple[Commit, ...] = field(repr=False)


def read_history(
    repository: Repository, progress: Callable[[int], None], ignored: frozenset[str] = frozenset()
) -> History:
    """Every commit to the folder that was asked for, merges left out.

    Args:
        progress: Receives the number of commits read so far, now and then.
        ignored: Commits that count as formatting.

    Raises:
        GitFailed: The history cannot be read, for instance because objects are missing.
    """
    reader = _Reader(ignored)
    # Not `-M` or `--numstat`: both read file contents, take ten times as long and fail where a partial clone lacks blobs.
    form = ("--raw", "--no-renames", "--no-merges", "--no-color", "--no-abbrev", "-z", f"--format={_FORMAT}")
    arguments = ["log", *form, repository.head]
    if repository.prefix:
        arguments += ["--relative", "--", "."]
    with stream(repository.folder, *arguments) as output:
        for count, record in enumerate(_records(output), 1):
            reader.add(record)
            if count % 500 == 0:
                progress(count)
    return reader.history(repository)


def ignored_commits(tree: Tree) -> frozenset[str]:
    """Commits that the file `.git-blame-ignore-revs` lists."""
    return frozenset(re.findall(r"^[0-9a-f]{40}\b", tree.text(".git-blame-ignore-revs"), re.MULTILINE))


def _records(output: IO[bytes]) -> Iterator[bytes]:
    """Commits as bytes. Each begins with the byte 1, and a zero byte precedes all but the first."""
    rest = b""
    while chunk := output.read(_CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\0\x01")
        yield from (record.removeprefix(b"\x01") for record in whole)
    if rest:
        yield rest.removeprefix(b"\x01")


class _Reader:
    def __init__(self, ignored: frozenset[str]) -> None:
        self._ignored = ignored
        self._authors: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._commits: list[Commit] = []
        self._follower = Follower()

    def add(self, record: bytes) -> None:
        header, _, changes = record.partition(b"\n") if b"\n" in record else record.partition(b"\0")
        sha, when, name, address, subject, trailers = (
            header.decode(errors="replace").rstrip("\0").split("\x02") + [""] * 6
        )[:6]
        if not sha or not when.lstrip("-").isdigit():
            return
        entries = changes.rstrip(b"\0").split(b"\0") if changes.strip(b"\0") else []
        size = len(entries) // 2
        files = self._files(entries) if size <= MOST_FILES else ()
        formatting = sha in self._ignored or _FORMATTING.search(subject) is not None or _BOT.search(name) is not None
        author = self._authors.setdefault(f"{name} <{address}>", len(self._authors))
        self._commits.append(
            Commit(sha, int(when), author, subject[:100], _tickets(subject, trailers), files, size, formatting)
        )

    def _files(self, entries: list[bytes]) -> tuple[int, ...]:
        changes = [_file_change(meta, path) for meta, path in zip(entries[::2], entries[1::2], strict=False)]
        names = self._follower.names(changes)
        return tuple(self._paths.setdefault(name, len(self._paths)) for name in names)

    def history(self, repository: Repository) -> History:
        return History(
            repository.head, repository.shallow, tuple(self._authors), tuple(self._paths), tuple(self._commits)
        )


def _tickets(subject: str, trailers: str) -> tuple[str, ...]:
    found = _TICKET.findall(f"{subject} {trailers}")
    return tuple(dict.fromkeys((number or key).upper() for number, key in found))


def _file_change(meta: bytes, path: bytes) -> FileChange:
    before, after, status = meta.split(b" ")[2:5]
    return FileChange(status[:1], before, after, path.decode(errors="replace"))
