"""What stands in the way of a copy is taken away, and noted in the target itself: also a copy that was killed can put it back."""

from typing import Final

from plures.data.store import Transaction

from .catalogue import Catalogue

_MAKE: Final = "CREATE TABLE IF NOT EXISTS plures_move (place INTEGER PRIMARY KEY, statement TEXT NOT NULL)"
_LAST: Final = "SELECT coalesce(max(place), 0) FROM plures_move"
_NOTE: Final = "INSERT INTO plures_move (place, statement) VALUES (:place, :statement)"
_NOTED: Final = "SELECT statement FROM plures_move ORDER BY place"
_FORGET: Final = "DROP TABLE plures_move"


async def set_aside(target: Transaction, catalogue: Catalogue) -> None:
    """Take away triggers and references of the target. What an earlier attempt has taken away stays noted."""
    await target.execute(_MAKE, {})
    last = int((await target.execute(_LAST, {})).rows[0][0])
    for place, (away, back) in enumerate(await catalogue.in_the_way(target), last + 1):
        await target.execute(_NOTE, {"place": place, "statement": back})
        await target.execute(away, {})


async def put_back(target: Transaction) -> None:
    """Put all of it back."""
    for (statement,) in (await target.execute(_NOTED, {})).rows:
        await target.execute(statement, {})
    await target.execute(_FORGET, {})
