"""The file as one process writes it: opened when it is needed, again when another one has taken its place, and kept within its bounds."""

import logging
import os
import socket
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from .anchor import MICROSECONDS
from .bounding import Bounding, Bounds, transaction
from .lines import ProcessName
from .opening import DamagedFile, NewerFile, is_damaged, number_of, open_file, put_aside
from .schema import KEPT_IN
from .writing import Batch, Writing

_LOG: Final = logging.getLogger("plures.telemetry")
_FORGET_EVERY_US: Final = 60 * MICROSECONDS


_FREE_BYTES: Final = 32 * 1024 * 1024
_FREE_SHARE: Final = 0.05
"""What is left of a disk for the data of the application: so much, or this share of a small one."""


class Unwritable(Exception):
    """Nothing can be written now. Nothing was.

    Attributes:
        is_busy: Another process writes.
        is_full: There is too little room: less may fit.
    """

    def __init__(self, reason: str, *, is_busy: bool = False, is_full: bool = False) -> None:
        super().__init__(reason)
        self.is_busy = is_busy
        self.is_full = is_full


class File:
    """The file in a data folder. All methods are for one thread.

    Args:
        since: When the process began, in microseconds since 1970.
    """

    def __init__(self, folder: Path, process: ProcessName, bounds: Bounds, since: int) -> None:
        self._folder = folder
        self._process = process
        self._bounds = bounds
        self._since = since
        self._connection: sqlite3.Connection | None = None
        self._number: tuple[int, int] | None = None
        self._row = 0
        self._seen = 0
        self._writing: Writing | None = None
        self._bounding: Bounding | None = None
        self._forgotten_at = 0

    def kept_elsewhere(self, wait_s: float) -> list[str]:
        """The traces that were begun since the last time, by any process. Raises `Unwritable`."""
        try:
            connection = self._opened(wait_s)
            found = connection.execute(
                "SELECT id, trace FROM traces WHERE id > ? ORDER BY id", (self._seen,)
            ).fetchall()
        except (OSError, sqlite3.Error, DamagedFile, NewerFile, Unwritable) as error:
            raise self._failed(error) from error
        if found:
            self._seen = found[-1][0]
        return [trace.hex() for _, trace in found]

    def kept(self, ids: Iterable[str]) -> set[str]:
        """Those of the traces that are kept, by any process and whenever. Raises `Unwritable`."""
        if self._connection is None:
            return set()
        sql, ask = "SELECT count(*) FROM traces WHERE trace = ?", self._connection.execute
        try:
            return {each for each in ids if ask(sql, (bytes.fromhex(each),)).fetchone()[0]}
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def write(self, batch: Batch, now: int, lost: int, wait_s: float) -> None:
        """Write a batch, all of it or nothing.

        Args:
            now: In microseconds since 1970.
            lost: What was not kept so far.
            wait_s: How long to wait for another process that writes.

        Raises:
            Unwritable: Nothing was written.
        """
        try:
            connection = self._opened(wait_s)
            try:
                self._write(connection, batch, now, lost)
            except sqlite3.OperationalError as error:
                if not _is(error, sqlite3.SQLITE_FULL) or self._bounding is None:
                    raise
                self._bounding.make_room()
                self._write(connection, batch, now, lost)
            self._keep_bounds(now)
        except (OSError, sqlite3.Error, DamagedFile, NewerFile, Unwritable) as error:
            raise self._failed(error) from error

    def release(self) -> None:
        """Let go of the file for now; the next write opens it again."""
        self._close()

    def close(self, now: int) -> None:
        """Say that the process has ended, and let go of the file."""
        if self._connection is not None and self._row:
            with suppress(sqlite3.Error), transaction(self._connection):
                self._connection.execute("UPDATE processes SET until = ?, ended = 1 WHERE id = ?", (now, self._row))
        self._close()

    def _write(self, connection: sqlite3.Connection, batch: Batch, now: int, lost: int) -> None:
        if not _has_room(self._folder):
            message = "the disk is nearly full: what is left is for the data of the application"
            raise Unwritable(message, is_full=True)
        if not self._has_short_log(connection):
            message = "its log has grown to its bound, since a process has read it for long"
            raise Unwritable(message)
        with transaction(connection):
            if self._writing is None:
                if not self._is_registered(connection):
                    self._row = self._registered(connection, now)
                self._writing = Writing(connection, self._row)
            self._writing.write(batch, now)
            row = (now, lost, self._row)
            if not connection.execute("UPDATE processes SET until = ?, lost = ? WHERE id = ?", row).rowcount:
                # It slept for so long that others have forgotten it.
                self._writing = None

    def _keep_bounds(self, now: int) -> None:
        if self._bounding is None or self._connection is None:
            return
        try:
            self._has_short_log(self._connection)
            if self._bounding.is_full:
                self._bounding.make_room()
            if abs(now - self._forgotten_at) > _FORGET_EVERY_US:
                self._bounding.forget(now)
                self._forgotten_at = now
        except sqlite3.OperationalError as error:
            # Another process writes; it, or the next time, will do it.
            if not _is(error, sqlite3.SQLITE_BUSY):
                raise

    def _opened(self, wait_s: float) -> sqlite3.Connection:
        if self._connection is not None and number_of(self._folder) != self._number:
            self._close()
        if self._connection is None:
            # Where it cannot be opened, this is the one that is put aside, and none that another process has made since.
            self._number = number_of(self._folder)
            self._connection = open_file(self._folder, wait_s)
            self._number = number_of(self._folder)
            self._bounding = Bounding(self._connection, self._bounds)
            # What was kept before is nothing that this process has a part of, but for what it holds now.
            self._seen = self._last_seen(self._connection)
        self._connection.execute(f"PRAGMA busy_timeout = {int(wait_s * 1000)}")
        return self._connection

    @staticmethod
    def _last_seen(connection: sqlite3.Connection) -> int:
        (last,) = connection.execute("SELECT max(id) FROM traces").fetchone()
        return max(0, (last or 0) - 1000)

    def _has_short_log(self, connection: sqlite3.Connection) -> bool:
        """Whether the log that SQLite writes ahead is within its bound; a reader that never ends keeps it from being begun anew."""
        log = self._folder / f"{KEPT_IN}-wal"
        if not log.exists() or log.stat().st_size <= self._bounds.log_bytes:
            return True
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    def _is_registered(self, connection: sqlite3.Connection) -> bool:
        # The number may have been given in what was undone.
        me = (self._row, os.getpid(), self._since)
        return (
            connection.execute("SELECT 1 FROM processes WHERE id = ? AND pid = ? AND since = ?", me).fetchone()
            is not None
        )

    def _registered(self, connection: sqlite3.Connection, now: int) -> int:
        name, number = self._process
        row = (name, number, os.getpid(), socket.gethostname(), _version(), self._since, now)
        sql = "INSERT INTO processes (name, number, pid, host, version, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
        return connection.execute(sql, row).lastrowid or 0

    def _failed(self, error: Exception) -> Unwritable:
        """What to say of an error; the next time begins with what helps against it."""
        # Numbers of subjects that were given in what is undone are none.
        self._writing = None
        if isinstance(error, Unwritable):
            if error.is_full:
                self._shorten_log()
            return error
        if isinstance(error, NewerFile):
            self._close()
            return Unwritable("a later version of Plures has made it; it is left alone")
        if is_damaged(error):
            return self._put_aside(error)
        # A quota is an error of writing.
        is_full = _is(error, sqlite3.SQLITE_FULL) or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE
        if is_full:
            self._shorten_log()
        if not (_is(error, sqlite3.SQLITE_BUSY) or is_full):
            self._close()
        return Unwritable(str(error), is_busy=_is(error, sqlite3.SQLITE_BUSY), is_full=is_full)

    def _shorten_log(self) -> None:
        """What did not fit is in the log of SQLite all the same, and takes room that others need."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _put_aside(self, error: Exception) -> Unwritable:
        number = self._number
        self._close()
        # Another process may have been faster.
        if number is None or number == number_of(self._folder):
            try:
                aside = put_aside(self._folder)
            except OSError as refused:
                return Unwritable(f"{error}; it cannot be renamed: {refused}")
            _LOG.warning(
                "%s is damaged (%s): it is %s now, and telemetry begins anew", self._folder / KEPT_IN, error, aside.name
            )
        return Unwritable(str(error), is_busy=True)

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = self._writing = self._bounding = self._number = None


def _has_room(folder: Path) -> bool:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize >= min(_FREE_BYTES, disk.f_blocks * disk.f_frsize * _FREE_SHARE)


def _is(error: Exception, code: int) -> bool:
    found = getattr(error, "sqlite_errorcode", None)
    return isinstance(found, int) and found & 0xFF == code


def _version() -> str:
    # In the thread that writes: it takes as long as all else there to import.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("plures")
    except PackageNotFoundError:
        return ""
