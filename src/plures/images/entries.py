"""What lies in an image: files, links and folders, named as the root of a container sees them. Knows nothing of layers."""

import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = 0o644
PROGRAM: Final = 0o755


class Entry(msgspec.Struct, frozen=True):
    """One file, link or folder.

    Attributes:
        path: From the root of the image, without a slash before it, as `app/shop/app.py`.
        read: Its content; called once for each layer that is written with it.
        mode: Permissions. Those of a checkout count only in whether its owner may execute a file: umasks differ from machine to machine.
        link: What a link points to; empty for others.
        is_folder: Whether it is an empty folder. Those above a file need no entry.
        owner: Number of the user and group that own it. What a container may only read is owned by root.
    """

    path: str
    read: Callable[[], bytes] = bytes
    mode: int = FILE
    link: str = ""
    is_folder: bool = False
    owner: int = 0


def entry_of(path: str, file: Path) -> Entry:
    """A file or link of this machine, as it is to lie at a path in the image."""
    status = file.lstat()
    if stat.S_ISLNK(status.st_mode):
        return Entry(path, link=str(file.readlink()))
    return Entry(path, file.read_bytes, PROGRAM if status.st_mode & stat.S_IXUSR else FILE)


def in_order(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """By path, sorted, so that the order in which a file system lists files does not count. Of two at one path, the later stays."""
    by_path = {entry.path: entry for entry in entries}
    return {path: by_path[path] for path in sorted(by_path)}
