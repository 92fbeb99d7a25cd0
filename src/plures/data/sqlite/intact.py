"""The quick check of a database at start: damaged pages are better found then than by the call that needs them."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from plures.data.errors import DatabaseDamaged
from plures.data.store import Store

_LIMIT_S: Final = 2.0
_log = logging.getLogger("plures.data")


async def check(store: Store, capability: str, path: Path, limit_s: float = _LIMIT_S) -> None:
    """Look at every page, at most for a while: a large database must not keep the application from starting.

    Raises:
        DatabaseDamaged: With the first thing that SQLite found.
    """
    try:
        async with asyncio.timeout(limit_s), store.write() as transaction:
            found = (await transaction.execute("PRAGMA main.quick_check(1)", {})).rows[0][0]
            if found.startswith("NULL value in"):
                # SQLite 3.40 says so of each table WITHOUT ROWID whose key is in another order than its columns.
                found = (await transaction.execute("PRAGMA main.integrity_check(1)", {})).rows[0][0]
    except TimeoutError:
        _log.info("%s is large: the check at start looked at a part of it within %g s", path, limit_s)
        return
    if found != "ok":
        # The first line only names the database within the connection.
        raise DatabaseDamaged(capability, path, str(found).removeprefix("*** in database main ***").strip())
