"""What a reader of the page about images has: a base, wheels in a folder, and a program that locks them."""

import shlex
from pathlib import Path

from tests.building.base import empty_base
from tests.building.wheels import lock_of, make_wheel

from .reader import Reader

LOCKED = {"plures": "", "click": "", "starlette": "", "unused-kit": ""}


def ready_to_build(reader: Reader, folder: Path) -> None:
    """Put them where the reader finds them. The base is in the folder that `plures new hello` makes: it takes one that is empty but for that."""
    shelf = folder / "shelf"
    wheels = [make_wheel(shelf, name, {f"{name.replace('-', '_')}/__init__.py": ""}) for name in LOCKED]
    lock, base, programs = folder / "lock.txt", empty_base(folder), folder / "programs"
    lock.write_text(lock_of(wheels))
    programs.mkdir()
    uv = programs / "uv"
    uv.write_text(
        f"#!/bin/sh\ncp {shlex.quote(str(lock))} requirements.txt\nmkdir -p bases\ncp -r {shlex.quote(str(base))} bases/python\n"
    )
    uv.chmod(0o755)
    reader.find_first(programs)
    reader.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "XDG_CACHE_HOME": str(folder / "cache")}
