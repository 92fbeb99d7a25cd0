"""What can go wrong with a capability's database before it can be used, and when it is used wrongly."""

from pathlib import Path

from plures.errors import PluresError


class DatabaseUnusable(PluresError):
    """The database file, or the folder it should be in, cannot be used."""

    code = "data.unusable"

    def __init__(self, capability: str, path: Path, *, why: str, fix: str) -> None:
        super().__init__(f"Cannot open the database of capability {capability!r} at {path}", why=why, fix=fix)


class DatabaseDamaged(DatabaseUnusable):
    """The file exists and can be read, but what it holds is not an intact SQLite database."""

    code = "data.damaged"


class DatabaseLocked(PluresError):
    """Another process, or another `Database` in this one, has the file open."""

    code = "data.locked"

    def __init__(self, capability: str, path: Path, holder: str) -> None:
        super().__init__(
            f"Cannot open the database of capability {capability!r} at {path}",
            why=f"{holder} has it open, and an embedded database belongs to one process at a time",
            fix="Stop that process, or give this one another data folder ([application] data = … in plures.toml).",
        )


class DatabaseClosed(PluresError):
    """The database was used after the host had closed it."""

    code = "data.closed"

    def __init__(self, capability: str) -> None:
        super().__init__(
            f"Cannot use the database of capability {capability!r}",
            why="it is closed: the capability has stopped",
            fix="End work that outlives a call in an on_drain hook, or start it with lifecycle.background().",
        )


class NestedWrite(PluresError):
    """A task asked for the writer while it already held it, which could never succeed."""

    code = "data.nested_write"

    def __init__(self, capability: str) -> None:
        super().__init__(
            f"Cannot begin a second write to the database of capability {capability!r}",
            why="this task is already inside `async with database.write()`, and there is one writer",
            fix="Pass the connection of the outer write along.",
        )


class ReadOnly(PluresError):
    """A statement that changes something ran on a connection of `database.read()`."""

    code = "data.read_only"

    def __init__(self, capability: str, statement: str) -> None:
        super().__init__(
            f"Cannot run {statement!r} on the database of capability {capability!r}",
            why="the connection is one of database.read(), which changes nothing",
            fix="Use `async with database.write() as connection:`.",
        )


class MigrationFailed(PluresError):
    """A statement of a migration was refused; nothing of that migration remains."""

    code = "data.migration_failed"

    def __init__(self, capability: str, migration: str, statement: str, why: str) -> None:
        super().__init__(
            f"Migration {migration} of capability {capability!r} failed at {statement!r}",
            why=why,
            fix="Correct the statement. The migration was rolled back and runs again at the next start.",
        )


class MigrationChanged(PluresError):
    """Migrations in the code differ from those of the same version that this database has run."""

    code = "data.migration_changed"

    def __init__(self, capability: str, migrations: str) -> None:
        super().__init__(
            f"Cannot migrate the database of capability {capability!r}",
            why=f"changed after this database had applied it: {migrations}",
            fix="Restore the old statements, and put the change into a new migration.",
        )


class DatabaseNewer(PluresError):
    """The database has run migrations that this code does not know."""

    code = "data.newer_than_code"

    def __init__(self, capability: str, *, applied: int, known: int) -> None:
        super().__init__(
            f"Cannot use the database of capability {capability!r}",
            why=f"it is at migration {applied}, and this code knows migrations up to {known}",
            fix="Run the newer code, or restore the database from before the upgrade: migrations do not run backwards.",
        )
