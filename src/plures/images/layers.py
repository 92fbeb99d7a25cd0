"""Entries → the blob of a layer, the same bytes from the same entries, wherever and whenever it is written.

Nothing of the machine gets in: no times, names of users, numbers of files, or order of a listing.
"""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal, cast

import msgspec

from .entries import PROGRAM, Entry, in_order

Compression = Literal["gzip", "none"]

MTIME: Final = 315_532_800
"""The first second of 1980, in seconds since 1970, for all that lies in layers. Some programs stumble over a time of zero, and zip files begin there."""

_LEVEL: Final = 6
_MEDIA_TYPES: Final[Mapping[Compression, str]] = {
    "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
    "none": "application/vnd.oci.image.layer.v1.tar",
}


class Layer(msgspec.Struct, frozen=True):
    """A layer of an image.

    Attributes:
        digest: Of the blob, as `sha256:…`.
        size: Of the blob, in bytes.
        diff_id: Digest of what it holds, unpacked.
        media_type: How it is packed.
        about: What is in it, for `history`.
    """

    digest: str
    size: int
    diff_id: str
    media_type: str
    about: str = ""


class _Hashed:
    """A file that is written to, and the digest of what was."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def digest(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"


def write_layer(entries: Iterable[Entry], to: Path, *, compression: Compression = "gzip", about: str = "") -> Layer:
    """Write the blob of a layer to a file."""
    with to.open("wb") as file:
        packed = _Hashed(file)
        if compression == "none":
            unpacked = packed
            _write_tar(entries, unpacked)
        else:
            # A name or a time in the head of the stream would differ from run to run.
            with gzip.GzipFile("", "wb", _LEVEL, cast("IO[bytes]", packed), mtime=0) as stream:
                unpacked = _Hashed(stream)
                _write_tar(entries, unpacked)
    return Layer(packed.digest, packed.size, unpacked.digest, _MEDIA_TYPES[compression], about)


def _write_tar(entries: Iterable[Entry], to: _Hashed) -> None:
    ordered = in_order(entries)
    folders: set[str] = set()
    with tarfile.open(mode="w|", fileobj=cast("IO[bytes]", to), format=tarfile.PAX_FORMAT) as tar:
        for entry in ordered.values():
            for folder in reversed(PurePosixPath(entry.path).parents):
                if str(folder) not in (".", *folders) and str(folder) not in ordered:
                    folders.add(str(folder))
                    tar.addfile(_head(str(folder), PROGRAM, tarfile.DIRTYPE))
            _add(tar, entry)


def _add(tar: tarfile.TarFile, entry: Entry) -> None:
    if entry.is_folder:
        tar.addfile(_head(entry.path, entry.mode, tarfile.DIRTYPE, owner=entry.owner))
    elif entry.link:
        head = _head(entry.path, 0o777, tarfile.SYMTYPE)
        head.linkname = entry.link
        tar.addfile(head)
    else:
        content = entry.read()
        head = _head(entry.path, entry.mode, tarfile.REGTYPE, owner=entry.owner)
        head.size = len(content)
        tar.addfile(head, io.BytesIO(content))


def _head(path: str, mode: int, kind: bytes, *, owner: int = 0) -> tarfile.TarInfo:
    head = tarfile.TarInfo(path)
    head.mode, head.type, head.mtime, head.uid, head.gid = mode, kind, MTIME, owner, owner
    return head
