"""Profiles in the capability's own database, with a row for each customer who told us something."""

from dataclasses import dataclass
from typing import Any, Final

from marketplace.profile.contract import Address, Customer
from plures import Connection, Database, Migration

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


@dataclass(frozen=True)
class DatabaseProfiles:
    database: Database

    async def get(self, customer_id: str) -> Customer:
        async with self.database.read() as connection:
            return await _read(connection, customer_id) or Customer(customer_id)

    async def set_person(self, customer_id: str, name: str, email: str) -> Customer:
        return await self._set(
            """
            INSERT INTO customers (id, name, email) VALUES (:id, :name, :email)
            ON CONFLICT (id) DO UPDATE SET name = :name, email = :email
            """,
            {"id": customer_id, "name": name, "email": email},
        )

    async def set_address(self, customer_id: str, address: Address) -> Customer:
        return await self._set(
            """
            INSERT INTO customers (id, recipient, street, postal_code, city, country)
            VALUES (:id, :recipient, :street, :postal_code, :city, :country)
            ON CONFLICT (id) DO UPDATE SET
                recipient = :recipient, street = :street, postal_code = :postal_code, city = :city, country = :country
            """,
            {
                "id": customer_id,
                "recipient": address.recipient,
                "street": address.street,
                "postal_code": address.postal_code,
                "city": address.city,
                "country": address.country,
            },
        )

    async def _set(self, statement: str, values: dict[str, str]) -> Customer:
        async with self.database.write() as connection:
            await connection.execute(statement, values)
            return await _read(connection, values["id"]) or Customer(values["id"])


async def _read(connection: Connection, customer_id: str) -> Customer | None:
    found = await connection.execute("SELECT * FROM customers WHERE id = :id", {"id": customer_id})
    return Customer(customer_id, row.name, row.email, _address(row)) if (row := found.first()) else None


def _address(row: Any) -> Address | None:
    return row.country and Address(row.recipient, row.street, row.postal_code, row.city, row.country)
