"""The outbox: what was published, in one order. A publisher appends in its own transaction; a subscription reads on from its position."""

from collections.abc import Sequence
from time import time
from typing import Any, Final

import msgspec

from plures.data import Connection, Database, Dialect

_APPEND: Final = """
INSERT INTO plures_events (id, type, key, body, request_id, published_at, context, sequence)
VALUES (:id, :type, :key, :body, :request_id, :published_at, :context, {sequence})"""
_APPENDS: Final = {
    # Commits come one at a time, so the numbers that AUTOINCREMENT gives are dense, and in the order of the commits.
    Dialect.SQLITE: _APPEND.format(
        sequence="(SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'plures_events')"
    ),
    # It is given by `numbering`, once the row can be seen.
    Dialect.POSTGRESQL: _APPEND.format(sequence="NULL"),
}

_COLUMNS: Final = "e.sequence, e.id, e.type, e.key, {body} AS body, e.request_id, e.published_at, e.context"
_BODY: Final = {
    # Text that is none would make the whole page unreadable.
    Dialect.SQLITE: "CAST(e.body AS BLOB)",
    Dialect.POSTGRESQL: "e.body",
}
COLUMNS: Final = {dialect: _COLUMNS.format(body=body) for dialect, body in _BODY.items()}
"""What `stored` reads, of a table `e`."""


class Record(msgspec.Struct, frozen=True):
    """An event to publish.

    Attributes:
        key: Events with the same key are delivered in their order; '' for an event that has no place in any order.
        body: Its payload.
        request_id: Of the request in which it was published; '' outside of one.
        context: The JSON of the request context in which it was published; '' where there was none.
    """

    id: str
    type: str
    key: str
    body: str
    request_id: str
    context: str = ""


class Stored(msgspec.Struct, frozen=True):
    """An event in an outbox.

    Attributes:
        sequence: Its place among all events of the outbox.
        published_at: In milliseconds since 1970.
        body: None where it cannot be read.
    """

    sequence: int
    id: str
    type: str
    key: str
    body: str | None
    request_id: str
    published_at: int
    context: str = ""


async def append(connection: Connection, record: Record, dialect: Dialect) -> None:
    """Publish an event if the open transaction commits."""
    await connection.execute(
        _APPENDS[dialect],
        {
            "id": record.id,
            "type": record.type,
            "key": record.key,
            "body": record.body,
            "request_id": record.request_id,
            "published_at": int(time() * 1000),
            "context": record.context,
        },
    )


# Written so that PostgreSQL has one way to run it, whatever it believes of the tables: `type = :type` lets it walk the index of all sequences in
# search of a type, and EXISTS lets it read all failures first.
_NEXT: Final = """FROM plures_events e WHERE (e.type, e.sequence) > (:type, :after) AND e.type <= :type
ORDER BY e.type, e.sequence LIMIT :most"""
_PAGE: Final = """
SELECT {columns}, CASE WHEN e.key = '' THEN (
    SELECT 1 FROM plures_failures f WHERE f.subscription = :subscription AND f.sequence = e.sequence
) ELSE (
    SELECT 1 FROM plures_failures f WHERE f.subscription = :subscription AND f.key = e.key AND f.sequence <= e.sequence LIMIT 1
) END AS is_blocked
{next}"""
PAGES: Final = {dialect: _PAGE.format(columns=columns, next=_NEXT) for dialect, columns in COLUMNS.items()}
_PLAIN_PAGES: Final = {dialect: f"SELECT {columns} {_NEXT}" for dialect, columns in COLUMNS.items()}


async def page(
    connection: Connection,
    dialect: Dialect,
    *,
    subscription: str,
    of_type: str,
    after: int,
    most: int,
) -> Sequence[tuple[Stored, bool]]:
    """The next events of a type, each with whether it is among the failures, or an earlier one of its key is."""
    values = {"subscription": subscription, "type": of_type, "after": after, "most": most}
    rows = await connection.execute(PAGES[dialect], values)
    return [(stored(row), bool(row.is_blocked)) for row in rows]


class Pages:
    """Pages for subscriptions that have no failures. Those to one type ask for the same, one after the other: so the last is kept.

    Attributes:
        database: In which they are.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._last: tuple[tuple[str, int, int], Sequence[Stored]] | None = None
        self._looks = 0

    def forget(self) -> None:
        """There may be new events."""
        self._last = None
        self._looks += 1

    async def after(self, of_type: str, after: int, most: int) -> Sequence[Stored]:
        """The next events of a type."""
        asked = of_type, after, most
        if self._last is not None and self._last[0] == asked:
            return self._last[1]
        looks, statement = self._looks, _PLAIN_PAGES[self.database.dialect]
        async with self.database.read() as connection:
            rows = await connection.execute(statement, {"type": of_type, "after": after, "most": most})
        events = [stored(row) for row in rows]
        # Another may ask for those that came meanwhile.
        if looks == self._looks:
            self._last = asked, events
        return events


def stored(row: Any) -> Stored:
    """The event in a row that has `COLUMNS`."""
    return Stored(
        row.sequence, row.id, row.type, row.key, _text(row.body), row.request_id, row.published_at, row.context
    )


def _text(body: object) -> str | None:
    try:
        return body.decode() if isinstance(body, bytes) else str(body)
    except UnicodeDecodeError:
        return None
