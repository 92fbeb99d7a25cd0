"""Opening a capability's database: its store, then its migrations."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from plures.errors import InvalidInput

from .database import Database
from .errors import DriverMissing
from .ledger import migrate
from .migration import Migration, check_migrations
from .place import Place, Server
from .sqlite import open_store
from .store import Store


async def open_database(place: Path | Place, capability: str, migrations: Sequence[Migration] = ()) -> Database:
    """Open a capability's database, migrated where needed.

    Args:
        place: A folder, in which `<capability>.sqlite3` is created where there is none; or a schema on a server, which exists.
        capability: The owner.
        migrations: All of them.

    Raises:
        InvalidInput: The migrations break rules; nothing was touched.
        DatabaseLocked: Another process has it open.
        DatabaseUnusable: Folder or file cannot be used (`DatabaseDamaged`: the file is no intact database), or the server.
        DriverMissing: The package that speaks to the server is not installed.
        MigrationFailed, MigrationChanged, DatabaseNewer: As `migrate` says.
    """
    violations = check_migrations(capability, migrations)
    if violations:
        raise InvalidInput(f"The migrations of capability {capability!r}", violations)
    store = await _open(place, capability)
    try:
        await migrate(store, capability, migrations)
    except BaseException:
        await store.close()
        raise
    return Database(capability, store)


async def _open(place: Path | Place, capability: str) -> Store:
    if not isinstance(place, Server):
        return await open_store(place if isinstance(place, Path) else place.path, capability)
    if find_spec("asyncpg") is None:
        raise DriverMissing(capability)
    from .postgresql import open_store as open_server

    return await open_server(place, capability)
