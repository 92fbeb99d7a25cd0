"""What PostgreSQL and asyncpg say, in our words. The one place that knows their errors."""

import socket
from typing import Final

from plures.data.errors import AccessRefused, DatabaseUnusable, ServerUnreachable, TooManyConnections
from plures.data.migration import brief
from plures.data.place import Server
from plures.data.statement_errors import (
    CheckViolated,
    CommitUnknown,
    ConnectionLost,
    ConstraintViolated,
    DatabaseBusy,
    DiskFull,
    ForeignKeyViolated,
    NotNullViolated,
    ReadOnly,
    StatementFailed,
    UniqueViolated,
    WriteConflict,
)
from plures.errors import PluresError, none_left, too_many_files

from .driver import asyncpg

FAILURES: Final[tuple[type[Exception], ...]] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""All that a statement can raise. asyncpg's DataError, for a value that cannot be sent, is an InterfaceError."""

# What asyncpg says of a connection that broke in the middle of something, while it does not count it as closed.
_BROKEN: Final[tuple[type[Exception], ...]] = (OSError, asyncpg.InternalClientError)

CANNOT_CONNECT: Final[tuple[type[Exception], ...]] = (*FAILURES, ValueError, TypeError)
"""All that connecting can raise: ValueError and TypeError for a URL that asyncpg cannot read."""

_KINDS: Final = (
    ("23505", UniqueViolated),
    ("23503", ForeignKeyViolated),
    ("23502", NotNullViolated),
    ("23514", CheckViolated),
    ("23", ConstraintViolated),
    ("40001", WriteConflict),
    ("40P01", WriteConflict),
    ("25006", ReadOnly),
    ("55P03", DatabaseBusy),
    ("53100", DiskFull),
    # The server ends: by an administrator, after a crash of another connection; its database was dropped.
    ("57P", ConnectionLost),
    ("08", ConnectionLost),
)
"""By the beginning of SQLSTATE, the more special first. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_GROWING: Final = frozenset({"mdextend", "mdzeroextend"})
"""Where the server makes the file of a table longer. A quota, or a limit on files, has no SQLSTATE of its own."""

_FILES_OF_A_CONNECTION: Final = 2


def translated(error: Exception, capability: str, statement: str, *, is_closed: bool) -> StatementFailed:
    """The error to raise instead of one of `FAILURES`.

    Args:
        error: What a statement raised.
        capability: Whose database it is.
        statement: What was to run; "COMMIT" for the end of a transaction.
        is_closed: The connection is gone.
    """
    state = _state(error)
    kind = next((kind for beginning, kind in _KINDS if state.startswith(beginning)), StatementFailed)
    if kind is StatementFailed and getattr(error, "server_source_function", None) in _GROWING:
        kind = DiskFull
    if is_closed or isinstance(error, _BROKEN):
        kind = ConnectionLost
    if kind is ConnectionLost and statement == "COMMIT":
        kind = CommitUnknown
    return kind(capability, brief(statement), _said(error))


def unopened(error: Exception, capability: str, server: Server) -> PluresError:
    """The error to raise when a connection cannot be opened. Nothing in it shows the password."""
    if none_left(_FILES_OF_A_CONNECTION):
        return too_many_files()
    where = str(server)
    if isinstance(error, asyncpg.PostgresError):
        return _refused(error, capability, where)
    if isinstance(error, OSError):
        return ServerUnreachable(capability, where, _unreached(error, server))
    # What asyncpg says of a URL may hold a part of it.
    return DatabaseUnusable(
        capability,
        where,
        "its URL cannot be read",
        "Write postgresql://role:password@host:port/database, with %-escapes for special characters in the password.",
    )


def _refused(error: Exception, capability: str, where: str) -> PluresError:
    kinds = (
        ("53300", TooManyConnections),
        ("57P", ServerUnreachable),
        ("08", ServerUnreachable),
        ("28", AccessRefused),
        ("3D", AccessRefused),
        ("42501", AccessRefused),
    )
    kind = next((kind for beginning, kind in kinds if _state(error).startswith(beginning)), DatabaseUnusable)
    return kind(capability, where, _said(error), "Check the URL and the role of the database.")


def _unreached(error: OSError, server: Server) -> str:
    if isinstance(error, socket.gaierror):
        return f"its host is not known ({error.strerror})"
    if isinstance(error, TimeoutError):
        return f"it did not answer within {server.patience_s:g} s"
    return error.strerror or "no connection could be made"


def _state(error: Exception) -> str:
    return getattr(error, "sqlstate", None) or ""


def _said(error: Exception) -> str:
    # Without the details, which show values of rows.
    return getattr(error, "message", None) or str(error) or type(error).__name__
