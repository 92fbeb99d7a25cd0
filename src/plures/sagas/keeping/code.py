"""Which versions of sagas the code has had, and since when; and which of them the workers have that are alive."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from math import inf
from typing import Final, TypeAlias

from plures.data import Database, Dialect

Kind: TypeAlias = tuple[str, int]
"""The name of a saga, and a version of it."""

# The row without a worker stays, and tells since when there is such code.
_SEEN: Final = "SELECT saga, version, since FROM plures_saga_code WHERE worker = ''"
_SHOW: Final = """
INSERT INTO plures_saga_code (saga, version, worker, since) VALUES (:saga, :version, :worker, :now)
ON CONFLICT (saga, version, worker) DO NOTHING"""
_ALIVE: Final = """
SELECT c.saga, c.version FROM plures_saga_code c JOIN plures_saga_workers w ON w.worker = c.worker
WHERE w.expires_at > extract(epoch FROM clock_timestamp()) * 1000"""
_FORGET: Final = (
    "DELETE FROM plures_saga_code WHERE worker <> '' AND worker NOT IN (SELECT worker FROM plures_saga_workers)"
)


async def seen(database: Database) -> Mapping[Kind, float]:
    """Since when there is code for each version, in milliseconds since 1970."""
    async with database.read() as connection:
        return {(row.saga, row.version): row.since for row in await connection.execute(_SEEN)}


async def show(database: Database, worker: str, kinds: Iterable[Kind], *, now: int) -> None:
    """Note what a worker has. In a file it is alone."""
    workers = ("", worker) if database.dialect is Dialect.POSTGRESQL else ("",)
    rows = [
        {"saga": saga, "version": version, "worker": each, "now": now} for saga, version in kinds for each in workers
    ]
    if rows:
        async with database.plain_write() as connection:
            await connection.execute(_SHOW, rows)


async def forget(database: Database) -> None:
    """Forget what workers had that are forgotten."""
    if database.dialect is Dialect.POSTGRESQL:
        await database.plain_execute(_FORGET, {})


async def replicas(database: Database, here: Collection[Kind]) -> Mapping[Kind, int]:
    """How many replicas that are alive can bring a version on.

    Args:
        here: What this process has, where the database is a file.
    """
    if database.dialect is not Dialect.POSTGRESQL:
        return Counter(here)
    async with database.read() as connection:
        return Counter((row.saga, row.version) for row in await connection.execute(_ALIVE))


def is_newer(kind: Kind, known: Collection[Kind], since: Mapping[Kind, float]) -> bool:
    """Whether a version came after all that the code has: then the code is the older one. Else that version was taken out of it.

    Args:
        since: As `seen` tells.
    """
    versions = [version for name, version in known if name == kind[0]]
    if versions and kind[1] > max(versions):
        return True
    # What has not been seen yet is the newest.
    return since.get(kind, 0) > max((since.get(each, inf) for each in known), default=inf)
