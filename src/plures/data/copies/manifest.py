"""The manifest of a backup: what the folder holds, and how to know that it is whole.

A backup is a folder with one file for each capability and `manifest.json`, which is written last.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from plures.data.place import Folder
from plures.data.store import Dialect

from .errors import BackupDamaged

MANIFEST: Final = "manifest.json"
FORMAT: Final = "plures.backup.1"
_CAPABILITY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class AppliedMigration:
    """One row of a database's ledger."""

    version: int
    name: str
    checksum: str


@dataclass(frozen=True)
class KeptDatabase:
    """The database of one capability in a backup.

    Attributes:
        file: Its name in the folder of the backup.
        sha256: Of the file, in hexadecimal digits.
        taken_at: What was committed then is in it.
        tables: Table → number of its rows.
        dialect: Of the store that it was copied from. From SQLite, the file is the database itself; else it holds the rows.
    """

    capability: str
    file: str
    bytes: int
    sha256: str
    taken_at: str
    migrations: tuple[AppliedMigration, ...]
    tables: Mapping[str, int]
    dialect: Dialect = Dialect.SQLITE


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: str
    application: str
    taken_at: str
    plures: str
    sqlite: str
    databases: tuple[KeptDatabase, ...]


def file_of(capability: str, dialect: Dialect = Dialect.SQLITE) -> str:
    """The name of a capability's file in a backup; that of an embedded database is the same in a data folder."""
    name = capability if dialect is Dialect.SQLITE else f"{capability}.rows"
    return Folder(Path()).file_of(name).name


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        BackupDamaged: There is none, or it is not one that this version of Plures understands.
    """
    try:
        content = (backup / MANIFEST).read_bytes()
    except OSError as error:
        raise BackupDamaged(backup, f"{MANIFEST} cannot be read: {error.strerror}") from error
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupDamaged(backup, f"{MANIFEST} is not a manifest: {error}") from error
    if manifest.format != FORMAT:
        raise BackupDamaged(backup, f"its format is {manifest.format!r}, and this version knows {FORMAT!r}")
    names = [kept.capability for kept in manifest.databases]
    # The names become paths: what is no capability must not leave the folder.
    wrong = [
        kept.file
        for kept in manifest.databases
        if not _CAPABILITY.fullmatch(kept.capability) or kept.file != file_of(kept.capability, kept.dialect)
    ]
    if wrong or len(set(names)) < len(names):
        raise BackupDamaged(backup, f"{MANIFEST} names files that no backup has: {', '.join(wrong or names)}")
    return manifest


def verify(backup: Path, kept: KeptDatabase) -> None:
    """Compare a file with what the manifest says of it; raises `BackupDamaged`."""
    path = backup / kept.file
    try:
        found = sha256_of(path)
    except OSError as error:
        raise BackupDamaged(backup, f"{kept.file} cannot be read: {error.strerror}") from error
    if found != (kept.bytes, kept.sha256):
        raise BackupDamaged(backup, f"{kept.file} is not the file that was written: its size or its checksum differs")


def sha256_of(path: Path) -> tuple[int, str]:
    """Size and checksum of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
