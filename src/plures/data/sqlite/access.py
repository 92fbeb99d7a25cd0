"""Who may read what is on disk: the user who runs the application, and no other.

Databases hold what services know, keys and personal data among it. So a folder that is made here is for this user alone, and so is
every file of a database, also one that other users could read before. A folder that exists stays as it is: the user may share it on
purpose, or it may be one like /tmp.
"""

import logging
import stat
from pathlib import Path
from typing import Final

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
PARTS: Final = ("", "-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the names of its files."""

_log = logging.getLogger("plures.data")


def make_folder(folder: Path) -> None:
    """Make a folder that this user alone may enter, where there is none."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def make_private(path: Path, lock: Path) -> None:
    """Take all files of a database from other users. Says so where they had access.

    SQLite gives the files that it makes beside a database the mode of the database.
    """
    files = (lock, *(path.with_name(path.name + part) for part in PARTS))
    opened = [file for file in files if _narrowed(file)]
    if opened:
        _log.warning("other users could read %s; now this user alone can", ", ".join(map(str, opened)))


def mark_of(folder: Path, capability: str) -> Path:
    """A file that lies there while a restore exchanges the files: without it, half of a restore could be taken for the data."""
    return folder / f"{capability}.restoring"


def _narrowed(file: Path) -> bool:
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode) or not mode & _OTHERS:
            return False
        file.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except FileNotFoundError:
        return False
    except OSError as error:
        _log.warning("other users can read %s, and that cannot be changed: %s", file, error.strerror)
        return False
    return True
