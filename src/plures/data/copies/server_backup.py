"""Backup of a schema on a server, while applications use it: one snapshot of all its tables, in a file."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from plures.data.errors import DriverMissing
from plures.data.ledger import MARK, moved
from plures.data.owning import Owner
from plures.data.place import Server
from plures.data.sqlite import Snapshot
from plures.data.store import Dialect, Transaction

from .engine import AT_ONCE, Catalogue, Table, catalogue_of
from .kept_rows import RowsWriter, writing

_HAS_LEDGER: Final = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'plures_migrations'"
_LEDGER: Final = "SELECT version, name, checksum FROM plures_migrations ORDER BY version"


async def keep_schema(
    server: Server, capability: str, copy: Path, tell: Callable[[int, int | None], None]
) -> Snapshot | None:
    """Copy the tables of a capability into a new file; None where there are none yet.

    Raises:
        DatabaseUnusable, SchemaOfAnother, RoleTooMighty, DatabaseMoved: There is nothing that may be copied.
        sqlite3.Error, OSError: The file cannot be written.
        StatementFailed: The server does not give the rows.
    """
    if find_spec("asyncpg") is None:
        raise DriverMissing(capability)
    from plures.data.postgresql import open_store, refusal

    store = await open_store(server, capability)
    try:
        async with store.read() as read:
            refused = await refusal(read, server.schema, Owner(server.application, capability))
            if refused is not None and server.application:
                raise refused
            if not await has_ledger(read):
                return None
            ledger = [(int(row[0]), str(row[1]), str(row[2])) for row in (await read.execute(_LEDGER, {})).rows]
            if ledger and ledger[0][0] == MARK:
                raise moved(capability, ledger[0][2])
            return Snapshot(ledger, await _keep(read, copy, tell))
    finally:
        await store.close()


async def has_ledger(transaction: Transaction) -> bool:
    """Whether an application has made its tables."""
    return bool((await transaction.execute(_HAS_LEDGER, {})).rows)


async def _keep(read: Transaction, copy: Path, tell: Callable[[int, int | None], None]) -> dict[str, int]:
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    catalogue: Catalogue = catalogue_of(Dialect.POSTGRESQL)
    await catalogue.begin(read)
    # What a foreign table shows is elsewhere.
    tables, _ = await catalogue.tables(read)
    counts: dict[str, int] = {}
    with writing(copy) as writer:
        for table in tables:
            counts[table.name] = await _keep_table(
                read, table, writer, lambda done: tell(sum(counts.values()) + done, None)
            )
        writer.finish(await catalogue.positions(read))
    return counts


async def _keep_table(read: Transaction, table: Table, writer: RowsWriter, tell: Callable[[int], None]) -> int:
    writer.begin(table)
    count = 0
    if not table.columns:
        return count
    async for part in read.stream(table.select_unordered(table.columns), {}, AT_ONCE):
        writer.put([tuple(row) for row in part.rows])
        count += len(part.rows)
        tell(count)
    return count
