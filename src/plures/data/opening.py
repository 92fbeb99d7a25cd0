"""Opening a capability's database: its store, then its migrations. And preparing one on a server, which comes before."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from plures.errors import InvalidInput

from .database import Database
from .errors import DriverMissing
from .ledger import migrate
from .migration import Migration, Migrations, check_migrations
from .owning import Owner
from .place import Place, Server
from .revisions import Revision
from .sqlite import open_store as open_file
from .store import Store


async def open_database(place: Path | Place, capability: str, migrations: Migrations = ()) -> Database:
    """Open a capability's database, migrated where needed.

    Args:
        place: A folder, in which `<capability>.sqlite3` is created where there is none; or a schema on a server, which exists.
        capability: The owner.
        migrations: All of them, or where Alembic's scripts are.

    Raises:
        InvalidInput: The migrations break rules; nothing was touched.
        DatabaseLocked: Another process has it open.
        DatabaseUnusable: Folder or file cannot be used (`DatabaseDamaged`: the file is no intact database), or the server.
        DriverMissing: The package that speaks to the server is not installed.
        SchemaOfAnother, RoleTooMighty: The schema is not the capability's, or its role may reach what belongs to others.
        DatabaseLost: It was there, and is not any more.
        MigrationFailed, MigrationChanged, DatabaseNewer: As `migrate` says.
    """
    store, _ = await _migrated(place, capability, migrations)
    return Database(capability, store)


async def migrate_database(
    place: Path | Place, capability: str, migrations: Migrations
) -> tuple[Migration | Revision, ...]:
    """Open a database, and close it when it is migrated: what has run. Else as `open_database`."""
    store, applied = await _migrated(place, capability, migrations)
    await store.close()
    return applied


async def _migrated(
    place: Path | Place, capability: str, migrations: Migrations
) -> tuple[Store, tuple[Migration | Revision, ...]]:
    violations = check_migrations(capability, migrations)
    if violations:
        raise InvalidInput(f"The migrations of capability {capability!r}", violations)
    store = await open_store(place, capability)
    try:
        applied = await migrate(store, capability, migrations)
        if isinstance(place, Server) and place.application:
            from .postgresql import note_tables

            await note_tables(store, place.schema, Owner(place.application, capability))
    except BaseException:
        await store.close()
        raise
    return store, applied


async def open_unmigrated(place: Place, capability: str) -> Database:
    """Open a database that exists to look at it, whatever its migrations. Raises as `open_database` where it cannot be opened."""
    return Database(capability, await open_store(place, capability))


async def prepare_database(url: str, database: str, application: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing, and set the passwords; all of it or nothing.

    Args:
        url: Of an administrator, on the same server.
        database: Its name there.
        application: Whose capabilities these are.
        passwords: Capability → password of its role.

    Raises:
        DriverMissing: The package that speaks to the server is not installed.
        AdministratorRefused: The URL leads to no server, to another database, or to a role that may not do this.
        SchemaOfAnother: A schema or role is there already, and is another application's.
    """
    if find_spec("asyncpg") is None:
        raise DriverMissing(", ".join(passwords))
    from .postgresql import prepare

    await prepare(url, database, application, passwords)


async def open_store(
    place: Path | Place, capability: str, *, keeps_references: bool = True, is_checked: bool = False
) -> Store:
    """Open what keeps the rows of a capability. It is not migrated.

    Args:
        keeps_references: Foreign keys in a file are checked.
        is_checked: A file was written and read by us just now, so it is not looked at for damage.

    Raises:
        DatabaseLocked, DatabaseUnusable, DriverMissing, SchemaOfAnother, RoleTooMighty: As `open_database` says.
    """
    if not isinstance(place, Server):
        folder = place if isinstance(place, Path) else place.path
        return await open_file(folder, capability, keeps_references=keeps_references, is_checked=is_checked)
    if find_spec("asyncpg") is None:
        raise DriverMissing(capability)
    from .postgresql import admit
    from .postgresql import open_store as open_server

    store = await open_server(place, capability)
    try:
        if place.application:
            await admit(store, place.schema, Owner(place.application, capability))
    except BaseException:
        await store.close()
        raise
    return store
