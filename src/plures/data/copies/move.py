"""Moving a capability's database to another place, while the application is stopped.

Both ends are marked in their ledgers, so that no application uses half of a copy, or goes on with what was moved away. The copy itself
says how far an earlier move came. In the end both are read and compared as a whole.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from plures.data.ledger import MARK, check_applied, mark, read_ledger
from plures.data.migration import Migrations
from plures.data.opening import open_store
from plures.data.place import Folder, Place, Server
from plures.data.revisions import pending_revisions
from plures.data.store import Store

from .engine import Engine, Furnish, catalogue_of
from .errors import CannotMove, NothingToCopy
from .manifest import file_of
from .owners import Owners
from .progress import Tell

_MOVING: Final = (
    "the target of a move from {source} that has not ended\n"
    "Let plures.toml name the place where the move comes from, and run it again: `plures data move {capability} --to …`."
)
_CONNECTIONS: Final = 8
_MOVED: Final = "moved to {target}"


@dataclass(frozen=True)
class Moved:
    """What a move has done.

    Attributes:
        tables: Table → number of its rows.
        resumed: So many of all rows were there of an earlier move.
        held_s: How long writes of the application waited, in seconds; None where it was stopped.
    """

    capability: str
    place: str
    tables: dict[str, int]
    resumed: int
    held_s: float | None = None


class End(msgspec.Struct, frozen=True):
    """One end of a move.

    Attributes:
        advice: What to write in plures.toml, so that the capability uses this end: a sentence.
    """

    place: Place
    advice: str = "Let plures.toml name that place."

    @property
    def where(self) -> str:
        """The place in words, without user and password."""
        if isinstance(self.place, Folder):
            return str(self.place.path.absolute())
        return f"{self.place.address} (schema {self.place.schema})"


async def move(
    owners: Owners, capability: str, source: End, target: End, tell: Tell, *, furnish: Furnish | None = None
) -> Moved:
    """Move a database. Run again after a kill, it goes on where it was.

    Args:
        tell: Hears of the progress.
        furnish: Makes the tables that the platform adds to those of the migrations, where the source has them.

    Raises:
        UnknownCapability, NothingToCopy, CannotMove, DatabaseLocked, DatabaseNewer, MigrationChanged: Nothing was changed.
        StatementFailed, MoveDiffers, RowCannotMove: The database is where it was; run it again.
    """
    check_ends(owners, capability, source, target)
    async with opened(source, capability) as here, here.taken(), here.alone():
        users = await here.other_users()
        if users:
            raise CannotMove(capability, target.where, f"it is in use: {users}", "Stop the application first.")
        await require_tables(here, capability, source)
        async with opened(target, capability) as there, there.taken():
            engine = Engine(capability, target.where, here, there, tell)
            return await _run(engine, owners, (source, target), furnish)


def check_ends(owners: Owners, capability: str, source: End, target: End) -> None:
    """Raise what is wrong with the places."""
    owners.require([capability])
    if isinstance(source.place, Folder) and not (source.place.path / file_of(capability)).is_file():
        raise NothingToCopy(capability, source.where)
    if _is_same(source.place, target.place):
        raise CannotMove(capability, target.where, "it is there", "Name another place.")


def _is_same(source: Place, target: Place) -> bool:
    if isinstance(source, Folder) and isinstance(target, Folder):
        return source.path.resolve() == target.path.resolve()
    return source == target


@asynccontextmanager
async def opened(end: End, capability: str) -> AsyncGenerator[Store]:
    """An end, for the move alone where it is a file."""
    place = end.place
    if isinstance(place, Server):
        # Both locks keep one each, besides those that read and write.
        place = replace(place, most_connections=max(place.most_connections, _CONNECTIONS))
    store = await open_store(place, capability, keeps_references=False)
    try:
        yield store
    finally:
        await store.close()


async def require_tables(store: Store, capability: str, source: End) -> None:
    """Raise `NothingToCopy` where no application has made its tables yet."""
    async with store.read() as read:
        tables, _ = await catalogue_of(store.dialect).tables(read)
    if not tables:
        raise NothingToCopy(capability, source.where)


async def _run(engine: Engine, owners: Owners, ends: tuple[End, End], furnish: Furnish | None) -> Moved:
    source, target = ends
    applied = await read_ledger(engine.source)
    away = applied.pop(MARK, None)
    migrations = await migrations_for(engine, owners, applied)
    await take_target(engine, source, target, away)
    await engine.make_tables(migrations, furnish)
    async with engine.source.read() as read:
        await engine.copy_all(read)
        await engine.verify()
        await engine.complete(read)
    await engine.mark_ends(mark_of(target))
    counts = {name: found.rows for name, found in engine.sums.items()}
    return Moved(engine.capability, target.where, counts, engine.resumed)


async def migrations_for(engine: Engine, owners: Owners, applied: Mapping[int, str]) -> Migrations:
    """What makes the tables of the target; raises what is wrong with the source's."""
    capability = engine.capability
    migrations, scripts = owners.migrations[capability], owners.scripts.get(capability)
    check_applied(capability, migrations, applied, engine.source.dialect)
    if scripts is None:
        # As far as the source is: a newer code migrates it at its next start, as it would have there.
        return migrations[: max(applied, default=0)]
    pending = await pending_revisions(engine.source, capability, scripts)
    if pending:
        reason = f"{len(pending)} of its revisions have not run: {', '.join(map(str, pending))}"
        raise CannotMove(capability, engine.place, reason, f"Run `plures data migrate {capability}` first.")
    return scripts


def mark_of(target: End) -> str:
    """What the source says once its rows are there."""
    return f"{_MOVED.format(target=target.where)}\n{target.advice}"


async def take_target(engine: Engine, source: End, target: End, away: str | None) -> None:
    """Mark the target; refuse one that has rows of its own."""
    is_marked = MARK in await read_ledger(engine.target)
    if away is not None:
        where, _, advice = away.partition("\n")
        if where != _MOVED.format(target=target.where) or not is_marked:
            raise CannotMove(engine.capability, target.where, f"it is {where}", advice or target.advice)
    full = [] if is_marked else await engine.full_tables()
    if full:
        reason = f"a database with rows is there ({', '.join(full)})"
        raise CannotMove(engine.capability, target.where, reason, "Name another place, or remove that database.")
    await mark(engine.target, _MOVING.format(source=source.where, capability=engine.capability))
