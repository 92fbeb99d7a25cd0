"""Opening a capability's database: its store, then its migrations."""

from collections.abc import Sequence
from pathlib import Path

from plures.errors import InvalidInput

from .database import Database
from .ledger import migrate
from .migration import Migration, check_migrations
from .sqlite import open_store


async def open_database(folder: Path, capability: str, migrations: Sequence[Migration] = ()) -> Database:
    """Open `<folder>/<capability>.sqlite3`, created and migrated where needed.

    Raises:
        InvalidInput: The migrations break rules; nothing was touched.
        DatabaseLocked: Another process has it open.
        DatabaseUnusable: Folder or file cannot be used (`DatabaseDamaged`: the file is no intact database).
        MigrationFailed, MigrationChanged, DatabaseNewer: As `migrate` says.
    """
    violations = check_migrations(capability, migrations)
    if violations:
        raise InvalidInput(f"The migrations of capability {capability!r}", violations)
    store = await open_store(folder, capability)
    try:
        await migrate(store, capability, migrations)
    except BaseException:
        await store.close()
        raise
    return Database(capability, store)
