"""Who gets which events: the subscriptions that a database keeps events for, and how far each of them is."""

from collections.abc import Mapping
from time import time
from typing import Final

from plures.data import Connection, Database, Dialect

from .errors import SubscriptionGone, UnknownSubscription
from .lease import lock
from .numbering import number_all

_LAST: Final = {
    Dialect.SQLITE: "(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'plures_events')",
    Dialect.POSTGRESQL: "(SELECT last_sequence FROM plures_relay)",
}
_REGISTER: Final = """
INSERT INTO plures_subscriptions (name, type, position, created_at) VALUES (:name, :type, {last}, :now) ON CONFLICT (name) DO NOTHING"""
_KNOWN: Final = "SELECT name, type FROM plures_subscriptions ORDER BY name"
_POSITION: Final = "SELECT position FROM plures_subscriptions WHERE name = :name"
_MOVE: Final = "UPDATE plures_subscriptions SET position = :position WHERE name = :name"
_FORGET: Final = "DELETE FROM plures_subscriptions WHERE name = :name"
_FORGET_FAILURES: Final = "DELETE FROM plures_failures WHERE subscription = :name"


async def register(database: Database, subscriptions: Mapping[str, str]) -> None:
    """Keep events for subscriptions, name → type, that are new; each begins with what is published from now on."""
    known = await _known(database)
    new = {name: type_ for name, type_ in subscriptions.items() if name not in known}
    if not new:
        return
    statement = _REGISTER.format(last=_LAST[database.dialect])
    async with database.plain_write() as connection:
        epoch = await lock(connection, database.dialect)
        if database.dialect is Dialect.POSTGRESQL:
            # What was committed until now comes before the beginning, and what is committed later behind it.
            await number_all(connection, epoch)
        for name, type_ in new.items():
            await connection.execute(statement, {"name": name, "type": type_, "now": int(time() * 1000)})


async def gone(database: Database, subscriptions: Mapping[str, str]) -> list[str]:
    """The subscriptions in the database that these are not, name → type; one of another type is another."""
    return [name for name, type_ in (await _known(database)).items() if subscriptions.get(name) != type_]


async def check(database: Database, capability: str, subscriptions: Mapping[str, str]) -> None:
    """Raise `SubscriptionGone` where the events of a subscription would pile up, since the code does not have it."""
    names = await gone(database, subscriptions)
    if names:
        raise SubscriptionGone(capability, ", ".join(names))


async def forget(database: Database, capability: str, name: str) -> None:
    """Give up what a subscription has not had yet.

    Raises:
        UnknownSubscription: There is none of this name.
    """
    async with database.plain_write() as connection:
        await lock(connection, database.dialect)
        if (await connection.execute(_FORGET, {"name": name})).rowcount == 1:
            await connection.execute(_FORGET_FAILURES, {"name": name})
            return
    known = ", ".join(await _known(database)) or "none"
    raise UnknownSubscription(capability, name, known)


async def position_of(connection: Connection, name: str) -> int | None:
    """The sequence up to which a subscription has had all, or has failures; None where there is no such subscription."""
    position: int | None = await connection.scalar(_POSITION, {"name": name})
    return position


async def move_to(connection: Connection, name: str, position: int) -> bool:
    """Note how far a subscription is; whether there is such a subscription."""
    return (await connection.execute(_MOVE, {"name": name, "position": position})).rowcount == 1


async def _known(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        return {row.name: row.type for row in await connection.execute(_KNOWN)}
