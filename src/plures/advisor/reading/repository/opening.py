"""The repository around a codebase, and the commit of it that is read."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from plures.advisor.errors import UnknownCommit
from plures.git import NO_REASON, GitFailed, run


@dataclass(frozen=True)
class Repository:
    """A readable git repository.

    Attributes:
        folder: Where git is started: the folder that was asked for, of a working tree or a bare repository.
        prefix: Path of `folder` below the top of the working tree, with a trailing slash; empty at the top and when bare.
        head: The commit that is read.
        bare: There is no working tree.
        shallow: Older history is missing.
    """

    folder: Path
    prefix: str
    head: str
    bare: bool
    shallow: bool


def open_repository(folder: Path, commit: str | None = None) -> Repository | None:
    """The repository around `folder`. None without git, without a repository or a commit, or when git does not trust it.

    Raises:
        UnknownCommit: `commit` was named but is not there.
    """
    if shutil.which("git") is None:
        return None
    try:
        answer = run(folder, "rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-prefix").decode()
    except GitFailed:
        return None
    bare, shallow, prefix = [*answer.split("\n"), "", ""][:3]
    head = _resolve(folder, commit)
    if head is None:
        return None
    return Repository(folder, prefix, head, bare == "true", shallow == "true")


def _resolve(folder: Path, commit: str | None) -> str | None:
    try:
        # After `--end-of-options`, a commit that begins with a dash cannot become an option of git.
        wanted = f"{'HEAD' if commit is None else commit}^{{commit}}"
        return run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted).decode().split()[-1]
    except GitFailed as failed:
        if commit is not None:
            raise UnknownCommit(commit, failed.why if failed.why != NO_REASON else "git does not know it") from None
        return None
