"""Whole databases copied: into a backup, out of it, and to another place. The command line uses it, and nothing that runs an application."""

from .backup import Tell, back_up
from .errors import (
    BackupDamaged,
    BackupExists,
    BackupOfOther,
    CannotMove,
    CopyNotWritten,
    DataExists,
    MoveDiffers,
    NothingToCopy,
    UnknownCapability,
)
from .manifest import KeptDatabase, Manifest
from .move import Moved, move
from .owners import Owners
from .restore import restore

__all__ = [
    "BackupDamaged",
    "BackupExists",
    "BackupOfOther",
    "CannotMove",
    "CopyNotWritten",
    "DataExists",
    "KeptDatabase",
    "Manifest",
    "MoveDiffers",
    "Moved",
    "NothingToCopy",
    "Owners",
    "Tell",
    "UnknownCapability",
    "back_up",
    "move",
    "restore",
]
