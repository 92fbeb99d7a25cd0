"""A base for images: Debian's Python and what it needs. It is made once, and kept in the cache of the user."""

import fcntl
import os
import platform
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from plures.images import (
    Entry,
    Image,
    Platform,
    Start,
    config_of,
    manifest_of,
    nothing,
    write_folder,
    write_layer,
)

SUITE: Final = "bookworm"
PYTHON: Final = "3.11"
"""The Python of that suite."""
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NOT_NEEDED: Final = (
    "dev/",
    "proc/",
    "sys/",
    "usr/share/doc/",
    "usr/share/locale/",
    "usr/share/man/",
    "usr/share/info/",
    "usr/lib/x86_64-linux-gnu/perl-base/",
    "var/cache/",
    "var/lib/apt/",
    "var/log/",
)


def python_base() -> Path:
    """The layout of the base."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plures" / "test-base"
    cache.mkdir(parents=True, exist_ok=True)
    made = cache / f"{SUITE}-{platform.machine()}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(cache, made)
    return made


def _make(cache: Path, made: Path) -> None:
    root, layout = cache / "root", cache / "unfinished"
    for folder in (root, layout):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=python3,ca-certificates", SUITE, root],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    blob = cache / "layer"
    layer = write_layer(list(_entries(root)), blob)
    on = Platform("linux", _MACHINES[platform.machine()])
    config = config_of({}, [layer], Start([], [], {"PATH": _PATH}, "", ""), {}, platform=on, created=0)
    manifest = manifest_of(config, [{"digest": layer.digest, "mediaType": layer.media_type, "size": layer.size}], {})
    write_folder(layout, [Image("base", "base:1", config, manifest, [(layer, blob)], nothing("scratch"), on)])
    blob.unlink()
    shutil.rmtree(root)
    layout.rename(made)


def _entries(root: Path) -> Iterator[Entry]:
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = Path(folder, name)
            inside = str(path.relative_to(root))
            if inside.startswith(_NOT_NEEDED):
                continue
            status = path.lstat()
            mode = stat.S_IMODE(status.st_mode)
            if stat.S_ISLNK(status.st_mode):
                yield Entry(inside, link=str(path.readlink()))
            elif stat.S_ISDIR(status.st_mode):
                yield Entry(inside, mode=mode, is_folder=True)
            elif stat.S_ISREG(status.st_mode):
                yield Entry(inside, path.read_bytes, mode)
