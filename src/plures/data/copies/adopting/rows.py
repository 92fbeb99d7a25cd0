"""Copies the rows of some tables from one open transaction into another, and compares both by number and checksum."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from plures.data.copies.engine import AT_ONCE, Catalogue, Pair, Position, RowUnfit, Sum, Values, quoted
from plures.data.copies.errors import MoveDiffers, RowCannotMove
from plures.data.copies.progress import Tell
from plures.data.store import Dialect, Transaction


async def copy_rows(
    read: Transaction, write: Transaction, pairs: Sequence[Pair], *, capability: str, place: str, tell: Tell
) -> dict[str, int]:
    """Let the tables that are written have the rows of the others, and no more; the number of them, for each table.

    Raises:
        RowCannotMove: A table cannot hold a value.
        MoveDiffers: The rows are not the same afterwards.
    """
    counts: dict[str, int] = {}
    for pair in pairs:
        name = pair.source.name
        try:
            counts[name] = await _copy(read, write, pair, tell)
        except _Differ as differ:
            raise MoveDiffers(capability, place, str(differ)) from None
        except RowUnfit as unfit:
            raise RowCannotMove(capability, place, name, unfit.key, unfit.column, unfit.reason) from None
    return counts


class _Differ(Exception):
    """The rows are not the same at both ends."""


async def _copy(read: Transaction, write: Transaction, pair: Pair, tell: Tell) -> int:
    name = pair.source.name
    total = int((await read.execute(pair.source.count, {})).rows[0][0])
    wanted, found = Sum(), Sum()
    await write.execute(pair.target.delete, {})
    tell(f"copying {name}", 0, total)
    async with aclosing(read.stream(pair.select_source, {}, AT_ONCE)) as parts:
        async for part in parts:
            await write.fill(pair.target.name, pair.filled, pair.written(part.rows))
            wanted.add(pair.of_source(part.rows))
            tell(f"copying {name}", wanted.rows, total)
    async with aclosing(_written(write, pair)) as written:
        async for rows in written:
            found.add(pair.of_target(rows))
            tell(f"comparing {name}", found.rows, total)
    if found != wanted:
        reason = f"table {name} has {found.rows} rows there and {wanted.rows} here, or other values"
        raise _Differ(reason)
    return wanted.rows


async def _written(write: Transaction, pair: Pair) -> AsyncGenerator[Sequence[Values]]:
    if pair.dialects[1] is not Dialect.POSTGRESQL:
        async with aclosing(write.stream(pair.select_target, {}, AT_ONCE)) as parts:
            async for part in parts:
                yield part.rows
        return
    # Its driver keeps a cursor of its own open until the transaction ends, and an open one lets no one alter the table.
    # It also remembers the columns of a text that it has run: each table has a cursor with a name of its own.
    cursor = quoted(f"written {pair.target.name}")
    await write.execute(f"DECLARE {cursor} NO SCROLL CURSOR FOR {pair.select_target}", {})
    while rows := (await write.execute(f"FETCH {AT_ONCE} FROM {cursor}", {})).rows:
        yield rows
    await write.execute(f"CLOSE {cursor}", {})


async def continue_numbers(
    write: Transaction, dialect: Dialect, catalogue: Catalogue, positions: Sequence[Position], tables: Sequence[str]
) -> None:
    """Let new rows of these tables get numbers that no row has had; those of others stay as they are."""
    names = {name.casefold() for name in tables}
    known = [position for position in positions if position.table.casefold() in names]
    if dialect is not Dialect.POSTGRESQL:
        await catalogue.continue_from(write, known)
        return
    for own in await catalogue.positions(write):
        if own.table.casefold() not in names:
            continue
        most = f"SELECT coalesce(max({quoted(own.column)}), 0) FROM {quoted(own.table)}"  # noqa: S608 - names of the schema
        last = int((await write.execute(most, {})).rows[0][0])
        given = [one.last for one in known if one.table.casefold() == own.table.casefold() and one.is_given]
        last = max([last, *given])
        if last > 0:
            await write.execute("SELECT setval(quote_ident(:name)::regclass, :last)", {"name": own.name, "last": last})
