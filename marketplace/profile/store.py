"""Profiles in the capability's own database, with a row for each customer who told us something."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import RowMapping, column, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.profile.contract import Address, Customer
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "customers and their addresses",
        (
            """
            CREATE TABLE customers (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL DEFAULT '',
                email TEXT NOT NULL DEFAULT '',
                recipient TEXT, street TEXT, postal_code TEXT, city TEXT, country TEXT
            )
            """,
        ),
    ),
)

_customers: Final = table(
    "customers",
    *map(column, ("id", "name", "email", "recipient", "street", "postal_code", "city", "country")),
)


@dataclass(frozen=True)
class DatabaseProfiles:
    database: Database

    async def get(self, customer_id: str) -> Customer:
        async with self.database.read() as connection:
            return await _read(connection, customer_id) or Customer(customer_id)

    async def set_person(self, customer_id: str, name: str, email: str) -> Customer:
        return await self._set(customer_id, {"name": name, "email": email})

    async def set_address(self, customer_id: str, address: Address) -> Customer:
        return await self._set(
            customer_id,
            {
                "recipient": address.recipient,
                "street": address.street,
                "postal_code": address.postal_code,
                "city": address.city,
                "country": address.country,
            },
        )

    async def _set(self, customer_id: str, values: dict[str, str]) -> Customer:
        async with self.database.write() as connection:
            if await _read(connection, customer_id) is None:
                await connection.execute(insert(_customers).values(id=customer_id, **values))
            else:
                await connection.execute(update(_customers).where(_customers.c.id == customer_id).values(values))
            return await _read(connection, customer_id) or Customer(customer_id)


async def _read(connection: AsyncConnection, customer_id: str) -> Customer | None:
    found = await connection.execute(select(_customers).where(_customers.c.id == customer_id))
    row = found.mappings().one_or_none()
    return None if row is None else Customer(customer_id, row["name"], row["email"], _address(row))


def _address(row: RowMapping) -> Address | None:
    if row["country"] is None:
        return None
    return Address(row["recipient"], row["street"], row["postal_code"], row["city"], row["country"])
