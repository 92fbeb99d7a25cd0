"""An application with two versions of one contract: the older one is an adapter, and each of them has a caller that was written for it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Protocol

from plures import (
    Application,
    Capability,
    Connection,
    ContractError,
    Database,
    Event,
    Events,
    Message,
    Migration,
    command,
    contract,
    query,
    subscribe,
)

ENTRIES = Migration(
    1, "entries", ("CREATE TABLE entries (number INTEGER PRIMARY KEY, account TEXT NOT NULL, cents INTEGER NOT NULL)",)
)
_BOOK = (
    "INSERT INTO entries (number, account, cents) SELECT coalesce(max(number), 0) + 1, :account, :cents FROM entries"
)
HEARD = Migration(1, "heard", ("CREATE TABLE heard (number INTEGER PRIMARY KEY, text TEXT NOT NULL)",))
_HEAR = "INSERT INTO heard (number, text) SELECT coalesce(max(number), 0) + 1, :text FROM heard"


class Amount(Message):
    cents: int
    currency: str = "EUR"


class Entry(Message):
    account: str
    amount: Amount


class Overdrawn(ContractError, status="failed_precondition"):
    """The account does not have that much."""

    has: Amount


class EntryBooked(Event, key="account"):
    """An entry was booked."""

    account: str
    amount: Amount


@contract("lab.ledger.v2", owner="tests", events=[EntryBooked])
class Ledger(Protocol):
    """Books entries."""

    @command(idempotent=True, key="key", deadline_s=20, errors=[Overdrawn])
    async def book(self, key: str, entry: Entry) -> Amount: ...
    @query(deadline_s=20)
    async def balance(self, account: str) -> Amount: ...
    @query(deadline_s=20)
    async def statement(self, account: str) -> AsyncIterator[Amount]:
        yield ...  # type: ignore[misc]

    @query(deadline_s=20)
    async def fail(self) -> int: ...


class TooPoor(ContractError, status="failed_precondition"):
    """There is not enough in the account."""

    cents: int


class Booked(Event, key="account"):
    """The same, as it was told before there were currencies."""

    account: str
    cents: int


@contract("lab.ledger.v1", owner="tests", events=[Booked], deprecated=date(2026, 11, 1), sunset=date(2031, 6, 30))
class LedgerV1(Protocol):
    """Books cents."""

    @command(idempotent=True, key="key", deadline_s=20, errors=[TooPoor])
    async def book(self, key: str, account: str, cents: int) -> int: ...
    @query(deadline_s=20)
    async def balance(self, account: str) -> int: ...
    @query(deadline_s=20)
    async def statement(self, account: str) -> AsyncIterator[int]:
        yield 0

    @query(deadline_s=20)
    def balance_now(self, account: str) -> int: ...
    @query(deadline_s=20)
    async def fail(self) -> int: ...


class LedgerService(Ledger):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def book(self, key: str, entry: Entry) -> Amount:
        async with self._database.write() as connection:
            after = await self._sum(entry.account, connection) + entry.amount.cents
            if after < 0:
                raise Overdrawn(has=Amount(after - entry.amount.cents))
            await connection.execute(_BOOK, {"account": entry.account, "cents": entry.amount.cents})
            await self._events.publish(EntryBooked(entry.account, entry.amount))
            await self._events.publish(Booked(entry.account, entry.amount.cents))
        return Amount(after)

    async def balance(self, account: str) -> Amount:
        async with self._database.read() as connection:
            return Amount(await self._sum(account, connection))

    async def statement(self, account: str) -> AsyncIterator[Amount]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                "SELECT cents FROM entries WHERE account = :account ORDER BY number", {"account": account}
            )
        for row in rows:
            yield Amount(row.cents)

    async def fail(self) -> int:
        raise RuntimeError("a secret")

    async def _sum(self, account: str, connection: Connection) -> int:
        cents: int = await connection.scalar(
            "SELECT coalesce(sum(cents), 0) FROM entries WHERE account = :account", {"account": account}
        )
        return cents


class LedgerV1OnV2(LedgerV1):
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def book(self, key: str, account: str, cents: int) -> int:
        try:
            return (await self._ledger.book(key, Entry(account, Amount(cents)))).cents
        except Overdrawn as error:
            raise TooPoor(cents=error.has.cents) from None

    async def balance(self, account: str) -> int:
        return (await self._ledger.balance(account)).cents

    async def statement(self, account: str) -> AsyncIterator[int]:
        async for amount in self._ledger.statement(account):
            yield amount.cents

    async def balance_now(self, account: str) -> int:
        return await self.balance(account)

    async def fail(self) -> int:
        return await self._ledger.fail()


@contract("lab.clerk.v1", owner="tests")
class Clerk(Protocol):
    """Calls the older version."""

    @query(deadline_s=20)
    async def tell(self, account: str) -> int: ...


class ClerkService(Clerk):
    def __init__(self, ledger: LedgerV1) -> None:
        self._ledger = ledger

    async def tell(self, account: str) -> int:
        return await self._ledger.balance(account)


@contract("lab.auditor.v1", owner="tests")
class Auditor(Protocol):
    """Calls the newer version, and hears of both."""

    @query(deadline_s=20)
    async def tell(self, account: str) -> Amount: ...
    @query(deadline_s=20)
    async def heard(self, account: str) -> tuple[str, ...]: ...


class AuditorService(Auditor):
    def __init__(self, ledger: Ledger, database: Database) -> None:
        self._ledger = ledger
        self._database = database

    async def tell(self, account: str) -> Amount:
        return await self._ledger.balance(account)

    async def heard(self, account: str) -> tuple[str, ...]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                "SELECT text FROM heard WHERE text LIKE :account ORDER BY number", {"account": f"{account}%"}
            )
        return tuple(row.text for row in rows)

    @subscribe()
    async def on_booked(self, event: Booked) -> None:
        await self._write(f"{event.account} v1 {event.cents}")

    @subscribe()
    async def on_entry(self, event: EntryBooked) -> None:
        await self._write(f"{event.account} v2 {event.amount.cents} {event.amount.currency}")

    async def _write(self, text: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(_HEAR, {"text": text})


app = Application(
    "ledgers",
    [
        Capability(Ledger, LedgerService, migrations=[ENTRIES], older=[Capability(LedgerV1, LedgerV1OnV2)]),
        Capability(Clerk, ClerkService),
        Capability(Auditor, AuditorService, migrations=[HEARD]),
    ],
)
