"""Whole databases copied: into a backup, out of it, and to another place. The command line uses it, and nothing that runs an application."""

from .adopting import Adopted, Break, CannotAdopt, Outside, adopt, take_back
from .backup import back_up
from .engine import Furnish
from .errors import (
    BackupDamaged,
    BackupExists,
    BackupOfOther,
    CannotMove,
    CannotRestore,
    CopyNotWritten,
    DatabaseInUse,
    DataExists,
    MoveDiffers,
    NothingToCopy,
    RowCannotMove,
    UnknownCapability,
)
from .fittings import Fittings
from .live import Users, move_live
from .manifest import KeptDatabase, Manifest
from .move import End, Moved, mark_of, move
from .owners import Owners
from .progress import Tell
from .restore import restore

__all__ = [
    "Adopted",
    "BackupDamaged",
    "BackupExists",
    "BackupOfOther",
    "Break",
    "CannotAdopt",
    "CannotMove",
    "CannotRestore",
    "CopyNotWritten",
    "DataExists",
    "DatabaseInUse",
    "End",
    "Fittings",
    "Furnish",
    "KeptDatabase",
    "Manifest",
    "MoveDiffers",
    "Moved",
    "NothingToCopy",
    "Outside",
    "Owners",
    "RowCannotMove",
    "Tell",
    "UnknownCapability",
    "Users",
    "adopt",
    "back_up",
    "mark_of",
    "move",
    "move_live",
    "restore",
    "take_back",
]
