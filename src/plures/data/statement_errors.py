"""Why a statement failed. Each store translates what its driver says into these, once.

StatementFailed              the statement is wrong, or the store refuses it
 ├─ ConstraintViolated       UniqueViolated, ForeignKeyViolated, NotNullViolated, CheckViolated
 ├─ ReadOnly                 it would change something on a connection that reads
 ├─ DatabaseBusy             another program holds the lock; may be repeated
 ├─ StorageFailed            the files of the database cannot be read or written
 ├─ WriteConflict            another write changed what this one depends on; may be repeated
 ├─ ConnectionLost           the server is gone; nothing remains, may be repeated
 │   └─ CommitUnknown        it went during the commit, which may have happened
 └─ DiskFull                 nothing of the transaction remains; room has to be made first
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from plures.errors import PluresError, Text

from .errors import ServerUnreachable, TooManyConnections

_CANNOT_RUN: Final = "Cannot run {statement!r} on the database of capability {capability!r}"


@dataclass(eq=False)
class StatementFailed(PluresError):
    """The store refuses a statement.

    Attributes:
        may_be_repeated: The same transaction may succeed when it is run again at once, and nothing of it remains now.
        is_passing: Not the statement is at fault but the state of the database, which passes or is mended.
        may_have_happened: It is not known whether the transaction was committed.
    """

    code = "data.statement_failed"
    wording = Text(_CANNOT_RUN, why="{reason}", fix="Correct the statement or its parameters.")
    may_be_repeated: ClassVar[bool] = False
    is_passing: ClassVar[bool] = False
    may_have_happened: ClassVar[bool] = False

    capability: str
    statement: str
    reason: str


class ConstraintViolated(StatementFailed):
    """The statement would break a rule that the schema declares. The transaction may go on without it."""

    code = "data.constraint_violated"
    wording = Text(
        _CANNOT_RUN, why="{reason}", fix="Write rows that keep the constraint, or catch this error where they may not."
    )


class UniqueViolated(ConstraintViolated):
    """A row with this key exists."""

    code = "data.unique_violated"


class ForeignKeyViolated(ConstraintViolated):
    """A row refers to one that does not exist, or one that others refer to would go. Deferred ones are found at the commit."""

    code = "data.foreign_key_violated"


class NotNullViolated(ConstraintViolated):
    """A column that must have a value would have none."""

    code = "data.not_null_violated"


class CheckViolated(ConstraintViolated):
    """A CHECK of the schema is false for the row."""

    code = "data.check_violated"


class ReadOnly(StatementFailed):
    """A statement that changes something ran on a connection of `database.read()`."""

    code = "data.read_only"
    wording = Text(
        _CANNOT_RUN,
        why="the connection comes from database.read(), which cannot change anything",
        fix="Use `async with database.write() as connection:`.",
    )


class DatabaseBusy(StatementFailed):
    """Another program holds the lock of the database for too long."""

    code = "data.busy"
    wording = Text(
        _CANNOT_RUN,
        why="{reason}",
        fix="End the program that writes to this database beside the application, or try again.",
    )
    may_be_repeated = True
    is_passing = True


class WriteConflict(StatementFailed):
    """Another transaction changed at the same time what this one read or wrote: together they would not be as one after the other."""

    code = "data.write_conflict"
    wording = Text(
        _CANNOT_RUN,
        why="another write came in between: {reason}",
        fix="Run the whole transaction again; nothing of it remains.",
    )
    may_be_repeated = True
    is_passing = True


class ConnectionLost(StatementFailed):
    """The connection to the server ended within the transaction, of which nothing remains."""

    code = "data.connection_lost"
    wording = Text(
        _CANNOT_RUN,
        why="the connection to the server is lost: {reason}",
        fix="Run the whole transaction again; nothing of it remains.",
    )
    may_be_repeated = True
    is_passing = True


class CommitUnknown(ConnectionLost):
    """The connection to the server ended before it had confirmed the commit."""

    code = "data.commit_unknown"
    wording = Text(
        "Cannot tell whether a write to the database of capability {capability!r} was committed",
        why="the connection to the server was lost during the commit: {reason}",
        fix="Read what the write should have left, then decide.",
    )
    may_be_repeated = False
    may_have_happened = True


class DiskFull(StatementFailed):
    """There is no room for what the statement writes. A full disk does not empty by itself, so repeating at once is in vain."""

    code = "data.disk_full"
    wording = Text(
        _CANNOT_RUN, why="{reason}", fix="Make room on the disk of the database. The transaction was rolled back."
    )
    is_passing = True


class StorageFailed(StatementFailed):
    """The system refuses to read or write the files of the database."""

    code = "data.storage_failed"
    wording = Text(
        _CANNOT_RUN,
        why="{reason}",
        fix="Look at the disk, the permissions of its folder, and the limit on the size of files (`ulimit -f`). If the files were moved "
        "or removed, start the application again.",
    )


TRANSACTION_FAILED: Final = (StatementFailed, ServerUnreachable, TooManyConnections)
"""What a transaction can fail with because of others, or of the state of the database. A StatementFailed says itself whether it is so."""


def is_outage(error: BaseException) -> bool:
    """Whether not a statement is at fault but the state of the database, which passes or is mended. A commit that may have happened is one too."""
    if isinstance(error, StatementFailed):
        return error.is_passing
    return isinstance(error, ServerUnreachable | TooManyConnections | OSError)
