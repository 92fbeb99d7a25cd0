"""Both ends of an adoption: the application's own database, which is not ours, and the capability's."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from plures.data.copies.engine import Catalogue, Table, catalogue_of
from plures.data.copies.move import End, opened
from plures.data.errors import MigrationFailed
from plures.data.ledger import migrate
from plures.data.migration import Migrations
from plures.data.opening import open_store
from plures.data.place import Folder, Server
from plures.data.revisions import AlembicMigrations
from plures.data.sqlite import open_as_it_is
from plures.data.store import Dialect, Store, Transaction

from .breaks import Break
from .errors import CannotAdopt

KEPT: Final = "plures_kept_"
"""What the name of a table begins with while a capability has its rows."""

_CONNECTIONS: Final = 4
# Bytes of a name on PostgreSQL.
_LONGEST: Final = 63
_IS_THERE: Final = {
    Dialect.SQLITE: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'plures_adopted'",
    Dialect.POSTGRESQL: "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'plures_adopted'",
}
NOTES: Final = """CREATE TABLE IF NOT EXISTS plures_adopted (
    table_name TEXT PRIMARY KEY, capability TEXT NOT NULL, kept_as TEXT NOT NULL, place TEXT NOT NULL
)"""


class Outside(msgspec.Struct, frozen=True):
    """The application's own database.

    Attributes:
        place: A file of SQLite; or a server, with the schema that has the tables, and a role that owns them.
    """

    place: Path | Server

    @property
    def where(self) -> str:
        """In words, without user and password."""
        if isinstance(self.place, Path):
            return str(self.place.absolute())
        return f"{self.place.address} (schema {self.place.schema})"


@dataclass(frozen=True)
class Adopted:
    """What has changed its owner, or would.

    Attributes:
        tables: Table → number of its rows.
        new: Tables of the capability that the application's own database does not have.
        breaks: What the databases will not see to any more.
    """

    capability: str
    outside: str
    own: str
    tables: dict[str, int]
    new: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()


@asynccontextmanager
async def opened_outside(outside: Outside, capability: str) -> AsyncGenerator[Store]:
    """The application's own database, as it is."""
    place = outside.place
    if isinstance(place, Server):
        store = await open_store(replace(place, most_connections=_CONNECTIONS), capability)
    elif place.is_file():
        store = open_as_it_is(place, capability)
    else:
        raise CannotAdopt(
            capability, outside.where, "there is no such file", "Name the file that the application uses."
        )
    try:
        yield store
    finally:
        await store.close()


async def tables_made_by(capability: str, migrations: Migrations, own: End) -> list[Table]:
    """The tables that the capability's migrations make: they are run on a database for this alone.

    Where only a server understands them, they are those that its own database has.

    Raises:
        CannotAdopt: And it has none yet.
    """
    with TemporaryDirectory(prefix="plures-adopt-") as folder:
        store = await open_store(Folder(Path(folder)), capability)
        try:
            await migrate(store, capability, migrations)
            made = await own_tables(store, migrations)
        except MigrationFailed:
            if not isinstance(own.place, Server):
                raise
            made = []
        finally:
            await store.close()
    if made or not isinstance(own.place, Server):
        return made
    async with opened(own, capability) as there:
        made = await own_tables(there, migrations)
    if not made:
        reason = "only PostgreSQL understands its migrations, and they have not run on its own database"
        remedy = f"Run `plures data migrate {capability}` first: it makes the tables, without rows."
        raise CannotAdopt(capability, own.where, reason, remedy)
    return made


def kept_name(name: str) -> str:
    """What a table is called meanwhile. PostgreSQL cuts longer names, which may make two the same."""
    kept = f"{KEPT}{name}"
    if len(kept.encode()) <= _LONGEST:
        return kept
    mark = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{kept.encode()[: _LONGEST - 9].decode(errors='ignore')}_{mark}"


async def own_tables(store: Store, migrations: Migrations) -> list[Table]:
    """Those of the capability's database that hold what its service knows."""
    notes = {migrations.version_table} if isinstance(migrations, AlembicMigrations) else set[str]()
    async with store.read() as read:
        tables, _ = await catalogue_of(store.dialect).tables(read)
    return [table for table in tables if table.name not in notes and not table.name.startswith("plures_")]


async def tables_named(read: Transaction, catalogue: Catalogue, names: Sequence[str]) -> list[Table]:
    """Those of an open transaction that have these names, whatever their capital letters."""
    wanted = {name.casefold() for name in names}
    tables, _ = await catalogue.tables(read)
    return [table for table in tables if table.name.casefold() in wanted]


async def noted(read: Transaction, dialect: Dialect, capability: str) -> dict[str, str]:
    """Table → name that it is kept by, of those that the capability has adopted."""
    if not (await read.execute(_IS_THERE[dialect], {})).rows:
        return {}
    sql = "SELECT table_name, kept_as FROM plures_adopted WHERE capability = :capability ORDER BY table_name"
    return {str(name): str(kept) for name, kept in (await read.execute(sql, {"capability": capability})).rows}
