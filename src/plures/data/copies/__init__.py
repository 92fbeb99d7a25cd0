"""Whole databases copied: into a backup, and out of it. The command line uses it, and nothing that runs an application."""

from .backup import Tell, back_up
from .errors import (
    BackupDamaged,
    BackupExists,
    BackupOfOther,
    CopyNotWritten,
    DataExists,
    NothingToCopy,
    UnknownCapability,
)
from .manifest import KeptDatabase, Manifest
from .owners import Owners
from .restore import restore

__all__ = [
    "BackupDamaged",
    "BackupExists",
    "BackupOfOther",
    "CopyNotWritten",
    "DataExists",
    "KeptDatabase",
    "Manifest",
    "NothingToCopy",
    "Owners",
    "Tell",
    "UnknownCapability",
    "back_up",
    "restore",
]
