"""What the platform has in databases besides the tables of their migrations."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

from plures.data.connection import Connection
from plures.data.store import Dialect

from .engine import Furnish
from .manifest import KeptDatabase

Settle: TypeAlias = Callable[[Connection, Dialect, KeptDatabase], Awaitable[None]]


class Fittings(msgspec.Struct, frozen=True):
    """How a restore treats it.

    Attributes:
        furnish: Makes its tables where the backup has them, and they are made anew.
        settle: Called in the transaction of each restored database, with its rows: some of them may not go on as they were.
    """

    furnish: Furnish = msgspec.field(default_factory=dict[str, Callable[[Connection, Dialect], Awaitable[None]]])
    settle: Settle | None = None

    async def make(self, names: set[str], connection: Connection, dialect: Dialect) -> None:
        """Make the tables that a backup has, by the names of its tables."""
        for name, make in self.furnish.items():
            if name in names:
                await make(connection, dialect)
