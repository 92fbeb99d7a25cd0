"""What can go wrong when whole databases are backed up, restored or moved."""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NothingToCopy(PluresError):
    """No database is where one should be copied from."""

    code = "data.nothing_to_copy"
    wording = Text(
        "Cannot copy the database of {capabilities} from {place}",
        why="there is none",
        fix="Check the data folder ([application] data = … in plures.toml, or --data); the first start of the application makes databases.",
    )

    capabilities: str
    place: str


@dataclass(eq=False)
class UnknownCapability(PluresError):
    """A capability was named that the application does not have, or that keeps no data."""

    code = "data.unknown_capability"
    wording = Text("Capability {capability!r} has no database in this application", why="{known}", fix="{hint}")

    capability: str
    known: str
    hint: str


@dataclass(eq=False)
class BackupExists(PluresError):
    """The folder that a backup should be written to exists."""

    code = "data.backup_exists"
    wording = Text(
        "Cannot write a backup to {path}", why="it exists, and backups are not written over", fix="Name a new folder."
    )

    path: Path


@dataclass(eq=False)
class CopyNotWritten(PluresError):
    """The system refuses to write a copy, or to read what should be copied: disk full, a limit, permissions."""

    code = "data.copy_not_written"
    wording = Text(
        "Cannot write {path}",
        why="{reason}",
        fix="Make room on that disk, look at its permissions and at `ulimit -f`, then run the command again.",
    )

    path: Path
    reason: str


@dataclass(eq=False)
class BackupDamaged(PluresError):
    """A backup is not complete, or not what its manifest says. Nothing was restored."""

    code = "data.backup_damaged"
    wording = Text(
        "Cannot restore the backup {path}",
        why="{reason}",
        fix="Use another backup, or copy this one again from where it was kept. Nothing was changed.",
    )

    path: Path
    reason: str


@dataclass(eq=False)
class BackupOfOther(PluresError):
    """A backup belongs to another application, or has a capability that this one does not have. Nothing was restored."""

    code = "data.backup_of_other"
    wording = Text(
        "Cannot restore the backup {path} into application {application!r}",
        why="{reason}",
        fix="Go to the folder of the application that the backup is of, or name what to restore with --capability.",
    )

    path: Path
    application: str
    reason: str


@dataclass(eq=False)
class DataExists(PluresError):
    """Databases exist where a backup should be restored."""

    code = "data.exists"
    wording = Text(
        "Cannot restore into {folder}",
        why="it has databases of {capabilities}",
        fix="Restore with --replace, which removes what these hold now, or into another folder with --data.",
    )

    folder: Path | str
    capabilities: str


@dataclass(eq=False)
class DatabaseInUse(PluresError):
    """An application uses the schema that a backup should be restored into. Nothing was changed."""

    code = "data.in_use"
    wording = Text(
        "Cannot restore the database of capability {capability!r} at {place}",
        why="{users} use it",
        fix="Stop all replicas of the application, on all machines, then restore again.",
    )

    capability: str
    place: str
    users: str


@dataclass(eq=False)
class CannotRestore(PluresError):
    """The rows of a backup do not fit into the tables that the code makes. Nothing was changed."""

    code = "data.cannot_restore"
    wording = Text(
        "Cannot restore the database of capability {capability!r} at {place}", why="{reason}", fix="{remedy}"
    )

    capability: str
    place: str
    reason: str
    remedy: str


@dataclass(eq=False)
class CannotMove(PluresError):
    """A database cannot be moved to where it should go. Nothing was changed."""

    code = "data.cannot_move"
    wording = Text("Cannot move the database of capability {capability!r} to {place}", why="{reason}", fix="{remedy}")

    capability: str
    place: str
    reason: str
    remedy: str


@dataclass(eq=False)
class RowCannotMove(PluresError):
    """A row holds a value that the other store cannot hold as it is. The database stays where it was."""

    code = "data.row_cannot_move"
    wording = Text(
        "Cannot move the database of capability {capability!r} to {place}: row {key} of table {table} does not fit",
        why="column {column}: {reason}",
        fix="Correct the row, or give the column a type that holds it, by a migration or by another type for that dialect "
        "(Statement(sqlite=…, postgresql=…)); then run the command again. The application goes on with the old database.",
    )

    capability: str
    place: str
    table: str
    key: str
    column: str
    reason: str


@dataclass(eq=False)
class MoveDiffers(PluresError):
    """What was copied is not what should have been. The database stays where it was."""

    code = "data.move_differs"
    wording = Text(
        "The copy of the database of capability {capability!r} at {place} differs",
        why="{reason}",
        fix="Look whether a program writes there, then run the command again. The application goes on with the old database.",
    )

    capability: str
    place: str
    reason: str
