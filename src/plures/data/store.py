"""The seam between `Database` and what keeps its rows: a `Store` has transactions, a `Transaction` runs statements.

`plures.data.sqlite` is one, `plures.data.postgresql` another. Nothing here knows which.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Parameters: TypeAlias = Mapping[str, object]
"""The values of the `:names` in a statement."""


class Dialect(StrEnum):
    """Whose SQL a store understands, for the statements in which they differ."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Rows(msgspec.Struct, frozen=True):
    """What a statement brought.

    Attributes:
        columns: Their names; empty for a statement that has no rows to bring.
        rows: In the order in which the store gave them.
        changed: How many rows the statement inserted, updated or deleted; -1 when it cannot do that.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    changed: int


class Transaction(Protocol):
    """One transaction that is open. Each method raises a `StatementFailed`."""

    async def execute(self, sql: str, parameters: Parameters, *, is_last: bool = False) -> Rows:
        """Run one statement and bring all its rows.

        Args:
            is_last: Whether nothing may go on when it fails.
        """
        ...

    async def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> Rows:
        """Run one statement once for each of these; no rows."""
        ...

    async def fill(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows in the fastest way there is. Each value is str, int, float, bool, bytes or None; a server also reads a text as
        what its column holds.
        """
        ...

    def stream(self, sql: str, parameters: Parameters, at_once: int) -> AsyncGenerator[Rows]:
        """Run one statement and bring its rows in parts."""
        ...

    async def sqlalchemy(self) -> "AsyncConnection":
        """SQLAlchemy on the same transaction."""
        ...


class Store(Protocol):
    """What keeps the rows of one capability."""

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it understands."""
        ...

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that sees one snapshot and changes nothing."""
        ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that commits on leaving, and rolls back on an exception."""
        ...

    def plain_write(self, *, lasts: bool) -> AbstractAsyncContextManager[Transaction]:
        """As `write`, but each statement sees what others have committed until then, and no other transaction fails because of it.

        Args:
            lasts: Else a crash of the server may undo it, alone or with plain writes after it.
        """
        ...

    def plain_statement(self) -> AbstractAsyncContextManager[Transaction]:
        """As a `plain_write` that lasts, for one statement."""
        ...

    def hearing(self, call: Callable[[], None]) -> AbstractAsyncContextManager[asyncio.Event]:
        """Meanwhile `call` is called when another process has called `tell` on the same data, where the store can do that.

        The event is set when no more will be heard.
        """
        ...

    async def tell(self) -> None:
        """Call what other processes hear by. It may be lost."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile no other process migrates the same data; waits until it has ended."""
        ...

    def taken(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile no other move has the same data at one of its ends; raises `DatabaseLocked`."""
        ...

    @property
    def sessions(self) -> Collection[int]:
        """The numbers of its connections on the server; none where there is no server."""
        ...

    async def other_users(self, known: Collection[int] = ()) -> str:
        """Which others have the same data open, in words; empty where none has.

        Args:
            known: Sessions that do not count.
        """
        ...

    def rebuilding(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile foreign keys do not act in SQLite, where a table is changed by making it anew. Who writes checks them."""
        ...

    async def close(self) -> None:
        """Called once, when no transaction is open."""
        ...


@dataclass(frozen=True)
class Applied:
    """A migration that a database has run.

    Attributes:
        version: Its number; the name of a revision of Alembic, which remembers neither checksum nor time.
    """

    version: int | str
    name: str
    checksum: str
    applied_at: str


class Seen(msgspec.Struct, frozen=True):
    """What a look at a database from outside brings.

    Attributes:
        size_bytes: None where there is no database yet.
        holder: Who has it open, in words; empty where no process has.
        applied: Oldest first.
        damage: What is broken in it, where the look was thorough.
        heads: What Alembic's table has.
    """

    size_bytes: int | None = None
    holder: str = ""
    applied: tuple[Applied, ...] = ()
    damage: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
