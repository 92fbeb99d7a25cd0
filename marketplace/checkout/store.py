"""Claims in the capability's own database."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from marketplace.checkout.claims import Claim
from marketplace.checkout.contract import OrderPlaced
from marketplace.orders.contract import Order
from plures import Connection, Database, Events, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "attempts to place an order",
        (
            Statement(
                sqlite="""
            CREATE TABLE attempts (
                reference TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                key TEXT NOT NULL,
                amount INTEGER NOT NULL,
                currency TEXT NOT NULL,
                started_at REAL NOT NULL,
                result TEXT NOT NULL,
                placed_order TEXT,
                detail TEXT NOT NULL,
                problem TEXT NOT NULL
            )
            """,
                postgresql="""
            CREATE TABLE attempts (
                reference TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                key TEXT NOT NULL,
                amount BIGINT NOT NULL,
                currency TEXT NOT NULL,
                started_at DOUBLE PRECISION NOT NULL,
                result TEXT NOT NULL,
                placed_order TEXT,
                detail TEXT NOT NULL,
                problem TEXT NOT NULL
            )
            """,
            ),
            "CREATE INDEX unsettled ON attempts (started_at) WHERE result = 'running' OR problem != ''",
        ),
    ),
    Migration(
        2,
        "one order of a cart",
        (
            "ALTER TABLE attempts ADD COLUMN cart_id TEXT NOT NULL DEFAULT ''",
            Statement(
                sqlite="ALTER TABLE attempts ADD COLUMN followed_up INTEGER NOT NULL DEFAULT 1",
                postgresql="ALTER TABLE attempts ADD COLUMN followed_up BIGINT NOT NULL DEFAULT 1",
            ),
            """
            CREATE UNIQUE INDEX one_holder_of_a_cart ON attempts (customer_id, cart_id)
            WHERE cart_id != '' AND (result IN ('running', 'placed') OR problem != '')
            """,
            "CREATE INDEX not_followed_up ON attempts (started_at) WHERE result = 'placed' AND followed_up = 0",
        ),
    ),
    Migration(
        3,
        "carts are claimed by sagas",
        (
            Statement(
                sqlite="""
            CREATE TABLE claims (
                reference TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                cart_id TEXT NOT NULL,
                placed_order TEXT,
                is_holder INTEGER NOT NULL
            )
            """,
                postgresql="""
            CREATE TABLE claims (
                reference TEXT PRIMARY KEY,
                customer_id TEXT NOT NULL,
                cart_id TEXT NOT NULL,
                placed_order TEXT,
                is_holder BIGINT NOT NULL
            )
            """,
            ),
            "CREATE UNIQUE INDEX one_claim_of_a_cart ON claims (customer_id, cart_id) WHERE is_holder = 1",
            """
            INSERT INTO claims (reference, customer_id, cart_id, placed_order, is_holder)
            SELECT reference, customer_id, cart_id, placed_order, CASE WHEN cart_id = '' THEN 0 ELSE 1 END
            FROM attempts WHERE result = 'placed'
            """,
            "DROP TABLE attempts",
        ),
        contract_step=True,
    ),
)

_INSERT: Final = """
    INSERT INTO claims (reference, customer_id, cart_id, placed_order, is_holder)
    VALUES (:reference, :customer_id, :cart_id, :placed_order, :is_holder)
"""
_FIND: Final = "SELECT * FROM claims WHERE reference = :reference"
_HOLDER: Final = "SELECT * FROM claims WHERE customer_id = :customer_id AND cart_id = :cart_id AND is_holder = 1"
_IN_THE_WAY: Final = """
    SELECT * FROM claims WHERE reference = :reference OR (customer_id = :customer_id AND cart_id = :cart_id AND is_holder = 1)
    ORDER BY CASE reference WHEN :reference THEN 0 ELSE 1 END
"""
_PLACE: Final = "UPDATE claims SET placed_order = :placed_order WHERE reference = :reference"
_GIVE_BACK: Final = "DELETE FROM claims WHERE reference = :reference AND placed_order IS NULL"

_order_json: Final = msgspec.json.Decoder(Order)


@dataclass(frozen=True)
class DatabaseClaims:
    database: Database
    events: Events

    async def find(self, reference: str) -> Claim | None:
        async with self.database.read() as connection:
            return await _first(connection, _FIND, {"reference": reference})

    async def holder(self, customer_id: str, cart_id: str) -> Claim | None:
        async with self.database.read() as connection:
            return await _first(connection, _HOLDER, {"customer_id": customer_id, "cart_id": cart_id})

    async def claim(self, claim: Claim, begin: Callable[[], Awaitable[bool]]) -> Claim | None:
        async with self.database.write() as connection:
            values = {"reference": claim.reference, "customer_id": claim.customer_id, "cart_id": claim.cart_id}
            known = await _first(connection, _IN_THE_WAY, values)
            if known is None and not await begin():
                known = claim
            if known is None:
                await connection.execute(_INSERT, _row(claim))
            return known

    async def place(self, reference: str, order: Order, begin: Callable[[], Awaitable[None]]) -> None:
        async with self.database.write() as connection:
            await connection.execute(_PLACE, {"reference": reference, "placed_order": _json(order)})
            await self.events.publish(OrderPlaced(order.draft.customer_id, order))
            await begin()

    async def follow(self, claim: Claim) -> None:
        async with self.database.write() as connection:
            await connection.execute(f"{_INSERT} ON CONFLICT (reference) DO NOTHING", _row(claim))

    async def give_back(self, reference: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(_GIVE_BACK, {"reference": reference})


async def _first(connection: Connection, query: str, values: Mapping[str, str]) -> Claim | None:
    row = (await connection.execute(query, values)).first()
    return _claim(row) if row else None


def _row(claim: Claim) -> dict[str, str | int | None]:
    return {
        "reference": claim.reference,
        "customer_id": claim.customer_id,
        "cart_id": claim.cart_id,
        "placed_order": _json(claim.order) if claim.order else None,
        "is_holder": int(claim.is_holder),
    }


def _json(order: Order) -> str:
    return msgspec.json.encode(order).decode()


def _claim(row: Any) -> Claim:
    order = _order_json.decode(row.placed_order) if row.placed_order else None
    return Claim(row.reference, row.customer_id, row.cart_id, order, bool(row.is_holder))
