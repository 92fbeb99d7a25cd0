"""Moving a capability's database to another place, while the application is stopped.

Both ends are marked in their ledgers, so that no application uses half of a copy, or goes on with what was moved away. The copy itself
says how far an earlier move came. In the end both are read and compared as a whole.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from plures.data.ledger import MARK, check_applied, mark, read_ledger
from plures.data.opening import open_store
from plures.data.place import Folder, Place
from plures.data.revisions import pending_revisions
from plures.data.store import Store

from .engine import Engine
from .errors import CannotMove, NothingToCopy
from .manifest import file_of
from .owners import Owners
from .progress import Tell

_MOVING = "the target of a move that has not ended"
_MOVED = "moved to {place}"


@dataclass(frozen=True)
class Moved:
    """What a move has done.

    Attributes:
        tables: Table → number of its rows.
        resumed: So many of all rows were there of an earlier move.
    """

    capability: str
    place: str
    tables: dict[str, int]
    resumed: int


@dataclass(frozen=True)
class End:
    """One end of a move.

    Attributes:
        where: The place in words, without a password.
        advice: What to write in plures.toml, so that the capability uses this end.
    """

    place: Place
    where: str
    advice: str = field(default="")


async def move(owners: Owners, capability: str, source: End, target: End, tell: Tell) -> Moved:
    """Move a database. Run again after a kill, it goes on where it was.

    Raises:
        UnknownCapability, NothingToCopy, CannotMove, DatabaseLocked, DatabaseNewer, MigrationChanged: Nothing was changed.
        StatementFailed, MoveDiffers, RowCannotMove: The database is where it was; run it again.
    """
    _check(owners, capability, source, target)
    async with _opened(source, capability) as here, here.taken(), here.alone():
        users = await here.other_users()
        if users:
            raise CannotMove(capability, target.where, f"{users} has it open", "Stop the application first.")
        async with _opened(target, capability) as there, there.taken():
            return await _run(owners, capability, (here, there), target, tell)


def _check(owners: Owners, capability: str, source: End, target: End) -> None:
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
async def _opened(end: End, capability: str) -> AsyncGenerator[Store]:
    store = await open_store(end.place, capability, keeps_references=False)
    try:
        yield store
    finally:
        await store.close()


async def _take(engine: Engine, there: Store, target: End, away: str | None) -> None:
    """Mark the target; refuse one that has rows of its own."""
    is_marked = MARK in await read_ledger(there)
    if away is not None and (away != _MOVED.format(place=target.where) or not is_marked):
        raise CannotMove(engine.capability, target.where, f"it is {away}", "Let plures.toml name that place.")
    full = [] if is_marked else await engine.full_tables()
    if full:
        reason = f"a database with rows is there ({', '.join(full)})"
        raise CannotMove(engine.capability, target.where, reason, "Name another place, or remove that database.")
    await mark(there, _MOVING)


async def _run(owners: Owners, capability: str, ends: tuple[Store, Store], target: End, tell: Tell) -> Moved:
    here, there = ends
    migrations = owners.migrations[capability]
    applied = await read_ledger(here)
    away = applied.pop(MARK, None)
    check_applied(capability, migrations, applied, here.dialect)
    scripts = owners.scripts.get(capability)
    pending = await pending_revisions(here, capability, scripts) if scripts else ()
    if pending:
        reason = f"{len(pending)} of its revisions have not run: {', '.join(map(str, pending))}"
        raise CannotMove(capability, target.where, reason, f"Run `plures data migrate {capability}` first.")
    engine = Engine(capability, target.where, here, there, tell)
    await _take(engine, there, target, away)
    # As far as the source is: a newer code migrates it at its next start, as it would have there.
    await engine.make_tables(scripts or migrations[: max(applied, default=0)])
    async with here.read() as read:
        await engine.copy_all(read)
        await engine.verify()
        await engine.complete(read)
    await engine.mark_ends(_MOVED.format(place=target.where))
    counts = {name: found.rows for name, found in engine.sums.items()}
    return Moved(capability, target.where, counts, engine.resumed)
