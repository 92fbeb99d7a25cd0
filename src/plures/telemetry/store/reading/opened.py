"""Opens the file to read, and changes nothing in it."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import quote

from plures.telemetry.store.schema import APPLICATION, KEPT_IN, VERSION

from .errors import NoTelemetry, TelemetryNewer, TelemetryUnreadable

_PATIENCE_S: Final = 2.0
_MOST_S: Final = 10.0
_STEPS: Final = 100_000


@contextmanager
def opened(folder: Path) -> Generator[sqlite3.Connection]:
    """A connection that reads, for one question.

    Raises:
        NoTelemetry, TelemetryNewer, TelemetryUnreadable: Also while it is used.
    """
    path = folder / KEPT_IN
    if not path.exists():
        raise NoTelemetry(path)
    try:
        with closing(_connected(path)) as connection:
            until = monotonic() + _MOST_S
            # A question that takes that long would hold back those who write.
            connection.set_progress_handler(lambda: monotonic() > until, _STEPS)
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION:
                if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    # Its first writer has only just begun.
                    raise NoTelemetry(path)
                raise TelemetryUnreadable(path, "it is none of ours")
            if version > VERSION:
                raise TelemetryNewer(path)
            # All that is read in one question is of one moment.
            connection.execute("BEGIN")
            yield connection
    except sqlite3.Error as error:
        raise TelemetryUnreadable(path, str(error)) from None


def _connected(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or path.with_name(f"{path.name}-wal").exists():
            raise
        # A folder that can only be read: no one writes there now, and SQLite may make nothing beside the file.
        return sqlite3.connect(f"{uri}&immutable=1", uri=True, timeout=_PATIENCE_S, isolation_level=None)
    return connection
