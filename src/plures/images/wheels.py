"""A wheel: what its metadata says, which modules it brings, and what of it lies in an image. Installs nothing on this machine.

Source: packaging.python.org, "Binary distribution format"
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from email.parser import HeaderParser
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Final

from .entries import FILE, PROGRAM, Entry

_EXECUTABLE: Final = 0o100
_DATA: Final = re.compile(r"[^/]+\.data/(?P<scheme>[^/]+)/(?P<path>.+)")
_SHEBANG: Final = re.compile(rb"^#!pythonw?[^\n]*")
_FOLDERS: Final[Mapping[str, str]] = {
    "purelib": "",
    "platlib": "",
    "scripts": "bin/",
    "data": "",
    "headers": "include/",
}
_IMPORT: Final = re.compile(r"^\s*(?:import|from)\s+([A-Za-z_]\w*)", re.MULTILINE)
_MODULE_ENDINGS: Final = (".py", ".so", ".pyd")


def normalised(name: str) -> str:
    """The name of a distribution, as all spellings of it compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Wheel:
    """One wheel of this machine.

    Args:
        path: Where it lies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file_name = path.name

    @cached_property
    def sha256(self) -> str:
        """Digest of the file, in hexadecimal digits."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @cached_property
    def metadata(self) -> Message:
        """Its METADATA."""
        with zipfile.ZipFile(self.path) as archive:
            name = next(
                name for name in archive.namelist() if name.endswith(".dist-info/METADATA") and name.count("/") == 1
            )
            return HeaderParser().parsestr(archive.read(name).decode())

    @cached_property
    def names(self) -> Sequence[str]:
        """All files in it."""
        with zipfile.ZipFile(self.path) as archive:
            return tuple(name for name in archive.namelist() if not name.endswith("/"))

    @property
    def name(self) -> str:
        """Of its distribution, normalised."""
        return normalised(str(self.metadata["Name"]))

    @property
    def version(self) -> str:
        """Of its distribution."""
        return str(self.metadata["Version"])

    @property
    def requires(self) -> Sequence[str]:
        """The requirements that it names, with their markers."""
        return tuple(map(str, self.metadata.get_all("Requires-Dist") or ()))

    @property
    def licence(self) -> str:
        """As it names it: an expression of SPDX where it has one, else its words; empty where it is silent."""
        said = str(self.metadata["License-Expression"] or self.metadata["License"] or "")
        return said if "\n" not in said else ""

    @property
    def modules(self) -> frozenset[str]:
        """What may be imported of it: first names of modules. Those of a namespace package belong to several wheels."""
        found: set[str] = set()
        for name in self.names:
            match = _DATA.fullmatch(name)
            path = name if match is None else match["path"]
            if match is None or match["scheme"] in ("purelib", "platlib"):
                first, *rest = PurePosixPath(path).parts
                if rest and not first.endswith(".dist-info"):
                    found.add(first)
                elif first.endswith(_MODULE_ENDINGS):
                    found.add(first.partition(".")[0])
        return frozenset(found)

    @cached_property
    def imports(self) -> frozenset[str]:
        """First names of what its modules import, wherever in them: many packages import what they do not require, where it is there."""
        found: set[str] = set()
        with zipfile.ZipFile(self.path) as archive:
            for name in self.names:
                if name.endswith(".py"):
                    found.update(_IMPORT.findall(archive.read(name).decode(errors="replace")))
        return frozenset(found - self.modules)

    def entries(self, root: str) -> Iterator[Entry]:
        """What lies in an image whose packages are in the folder `root`.

        Scripts are there, with the Python of the image; entry points are not: a container starts a module.
        """
        with zipfile.ZipFile(self.path) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                match = _DATA.fullmatch(info.filename)
                is_script = match is not None and match["scheme"] == "scripts"
                path = info.filename if match is None else _FOLDERS.get(match["scheme"], "") + match["path"]
                runs = is_script or bool(info.external_attr >> 16 & _EXECUTABLE)
                content = archive.read(info)
                if is_script:
                    content = _SHEBANG.sub(b"#!/usr/bin/env python3", content, count=1)
                yield Entry(f"{root}/{path}", partial(bytes, content), PROGRAM if runs else FILE)
