"""What a caller asks to be read, and how the caller hears of progress."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[str, int, int | None], None]
"""(what is being done, how much is done, how much there is if that is known)"""


@dataclass(frozen=True)
class ReadRequest:
    """Which codebase to read, and how.

    Attributes:
        path: Folder of the codebase, or a bare repository.
        commit: Read this commit instead of the files on disk.
        definitions: A file that names components and teams.
        cache: Folder that keeps what was read; None keeps nothing.
    """

    path: Path
    commit: str | None = None
    definitions: Path | None = None
    cache: Path | None = None
