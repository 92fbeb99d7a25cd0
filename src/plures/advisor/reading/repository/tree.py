"""The files of a codebase as values, and those of one commit. Knows paths and bytes, not what Python means by them."""

from collections.abc import Iterable
from dataclasses import dataclass

from . import git

# A larger .py file is data or generated; reading it would say nothing about structure.
LARGEST_BYTES = 2 * 1024 * 1024
TOO_LARGE = "larger than 2 MiB"
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


def read_commit(repository: git.Repository) -> Tree:
    """The files of `repository.head` below the folder that was asked for, straight from git's objects."""
    listing = git.run(
        repository.folder, "ls-tree", "-r", "-l", "-z", "--end-of-options", f"{repository.head}:{repository.prefix}"
    )
    listed = [_entry(line) for line in listing.split(b"\0") if line]
    own = set(_without_installed(path for path, _, _, _ in listed))
    entries = [(path, blob, size) for path, kind, blob, size in listed if kind == b"blob" and path in own]
    wanted = {path: blob for path, blob, size in entries if is_read(path) and 0 <= size <= LARGEST_BYTES}
    skipped = {path: TOO_LARGE for path, _, size in entries if is_read(path) and size > LARGEST_BYTES}
    contents = dict(git.read_blobs(repository.folder, list(wanted.values())))
    lost = {path: "missing from the repository" for path, blob in wanted.items() if blob not in contents}
    digests = {path: blob for path, blob in wanted.items() if blob in contents}
    submodules = tuple(path for path, kind, _, _ in listed if kind == b"commit")
    return Tree(tuple(path for path, _, _ in entries), digests, contents, skipped | lost, submodules)


def _entry(line: bytes) -> tuple[str, bytes, str, int]:
    meta, _, path = line.partition(b"\t")
    mode, kind, blob, size = meta.split()
    plain = kind == b"blob" and mode != b"120000"
    return path.decode(errors="replace"), kind, blob.decode(), int(size) if plain and size.isdigit() else -1


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
