"""A setting of one SQLite connection that is turned off and on while the connection is used."""

import sqlite3
from itertools import count


class Switch:
    """A PRAGMA whose value of 0 means off."""

    def __init__(self, connection: sqlite3.Connection, pragma: str) -> None:
        """It is on: the value that the connection has."""
        self._connection = connection
        self._pragma = pragma
        (self._value,) = connection.execute(f"PRAGMA {pragma}").fetchone()
        self._is_on = True
        self._turns = count()

    def turn(self, *, on: bool) -> None:
        if self._is_on is not on:
            # SQLite obeys when it reads the statement, and the `sqlite3` module keeps those that it has read: so each is a new one.
            sql = f"PRAGMA {self._pragma} = {self._value if on else 0} -- {next(self._turns)}"
            self._connection.execute(sql).close()
            self._is_on = on
