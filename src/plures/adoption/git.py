"""The repository around the code: where its top is, and whether it has changes. Runs nothing that a repository configures."""

import os
from dataclasses import dataclass
from pathlib import Path

from plures.git import GitFailed, run


@dataclass(frozen=True)
class Checkout:
    """A folder.

    Attributes:
        top: The top of the working tree; None where the folder is in none, or there is no git.
        prefix: The folder from the top, with a slash at its end; empty at the top.
    """

    folder: Path
    top: Path | None
    prefix: str

    def changes(self) -> list[str]:
        """Files with changes that are not committed."""
        listed = _run(self.folder, "status", "--porcelain", "--untracked-files=no")
        return [line[3:] for line in (listed or "").splitlines() if line]


def checkout_of(folder: Path) -> Checkout:
    """Look around a folder."""
    top = _run(folder, "rev-parse", "--show-toplevel")
    if not top:
        return Checkout(folder, None, "")
    prefix = _run(folder, "rev-parse", "--show-prefix") or ""
    return Checkout(folder, Path(top.rstrip("\n")), prefix.rstrip("\n"))


def _run(folder: Path, *arguments: str) -> str | None:
    try:
        return os.fsdecode(run(folder, *arguments))
    except GitFailed:
        return None
