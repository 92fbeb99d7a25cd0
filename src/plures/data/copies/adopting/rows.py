"""Copies the rows of some tables from one open transaction into another, and compares both by number and checksum."""

from collections.abc import Sequence
from contextlib import aclosing

from plures.data.copies.engine import AT_ONCE, Catalogue, Pair, Position, RowUnfit, Sum, quoted
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
    for number, pair in enumerate(pairs):
        name = pair.source.name
        tell(f"copying {name}", number, len(pairs))
        try:
            counts[name] = await _copy(read, write, pair, capability, place)
        except RowUnfit as unfit:
            raise RowCannotMove(capability, place, name, unfit.key, unfit.column, unfit.reason) from None
    return counts


async def _copy(read: Transaction, write: Transaction, pair: Pair, capability: str, place: str) -> int:
    wanted, found = Sum(), Sum()
    await write.execute(pair.target.delete, {})
    async with aclosing(read.stream(pair.select_source, {}, AT_ONCE)) as parts:
        async for part in parts:
            await write.fill(pair.target.name, pair.filled, pair.written(part.rows))
            wanted.add(pair.of_source(part.rows))
    # In parts, and not by a cursor: PostgreSQL keeps that open until the transaction ends, and lets no one alter the table meanwhile.
    part_of_target = f"{pair.select_target} ORDER BY {pair.target.order} LIMIT {AT_ONCE} OFFSET :known"
    while rows := (await write.execute(part_of_target, {"known": found.rows})).rows:
        found.add(pair.of_target(rows))
    if found != wanted:
        reason = f"table {pair.source.name} has {found.rows} rows there and {wanted.rows} here, or other values"
        raise MoveDiffers(capability, place, reason)
    return wanted.rows


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
