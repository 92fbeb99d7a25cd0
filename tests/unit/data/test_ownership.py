"""A schema and a role for each capability: the server itself refuses what belongs to others."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from plures.data import (
    AccessRefused,
    AdministratorRefused,
    Database,
    Migration,
    RoleTooMighty,
    SchemaOfAnother,
    Server,
    open_database,
    prepare_database,
    role_of,
)
from plures.errors import PluresError
from tests.postgres import Postgres

PASSWORDS = {"orders": "an orders' password", "stock": "a stock's password"}
PIECES = Migration(1, "pieces", ("CREATE TABLE pieces (id INTEGER PRIMARY KEY)",))
_numbers = count(1)


class Prepared:
    """A database of its own, with the schemas of two capabilities."""

    def __init__(self, postgres: Postgres, name: str) -> None:
        self.postgres = postgres
        self.name = name
        self.administrator = postgres.url(database=name)

    def server(self, capability: str, application: str = "shop", role: str = "", password: str = "") -> Server:
        url = self.postgres.url(
            role or role_of(self.name, capability), password or PASSWORDS[capability], database=self.name
        )
        return Server(url, capability, 4, application=application)

    async def run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.administrator)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()


@pytest.fixture
async def prepared(postgres: Postgres) -> Prepared:
    name = f"shop{next(_numbers)}"
    await postgres.run(f"CREATE DATABASE {name}")
    made = Prepared(postgres, name)
    await prepare_database(made.administrator, name, "shop", PASSWORDS)
    return made


async def test_the_server_refuses_the_tables_of_another_capability(prepared: Prepared) -> None:
    stock = await open_database(prepared.server("stock"), "stock", [PIECES])
    await stock.close()
    foreign = await asyncpg.connect(prepared.server("orders").url)
    for statement in (
        "SELECT * FROM stock.pieces",
        "INSERT INTO stock.pieces VALUES (1)",
        "DROP TABLE stock.pieces",
        "CREATE TABLE stock.mine (id INTEGER)",
        "CREATE TABLE public.mine (id INTEGER)",
        "CREATE SCHEMA mine",
        "DROP SCHEMA stock CASCADE",
        f"SET ROLE {role_of(prepared.name, 'stock')}",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await foreign.execute(statement)
    await foreign.close()


async def test_what_is_prepared_stays_when_it_is_prepared_again(prepared: Prepared) -> None:
    stock = await open_database(prepared.server("stock"), "stock", [PIECES])
    async with stock.write() as connection:
        await connection.execute("INSERT INTO pieces VALUES (7)")
    await stock.close()
    await prepare_database(prepared.administrator, prepared.name, "shop", PASSWORDS)
    again = await open_database(prepared.server("stock"), "stock", [PIECES])
    async with again.read() as connection:
        assert await connection.scalar("SELECT id FROM pieces") == 7
    await again.close()


async def test_the_password_counts_and_is_not_shown(prepared: Prepared) -> None:
    role = role_of(prepared.name, "orders")
    connection = await asyncpg.connect(prepared.administrator)
    with asking_for_password(await connection.fetchval("SHOW hba_file"), role):
        await connection.execute("SELECT pg_reload_conf()")
        await (await open_database(prepared.server("orders"), "orders")).close()
        await prepare_database(prepared.administrator, prepared.name, "shop", {"orders": "rotated"})
        with pytest.raises(AccessRefused) as caught:
            await open_database(prepared.server("orders"), "orders")
        assert PASSWORDS["orders"] not in repr(caught.value) + str(caught.value)
        await (await open_database(prepared.server("orders", password="rotated"), "orders")).close()
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@contextmanager
def asking_for_password(file: str, role: str) -> Iterator[None]:
    """The server of the tests asks no other role for one."""
    rules = Path(file)
    before = rules.read_text()
    rules.write_text(f"local all {role} scram-sha-256\n{before}")
    try:
        yield
    finally:
        rules.write_text(before)


async def test_two_applications_cannot_have_one_schema(prepared: Prepared) -> None:
    with pytest.raises(SchemaOfAnother, match="'orders' of application 'shop'"):
        await open_database(prepared.server("orders", application="erp"), "orders")
    with pytest.raises(SchemaOfAnother, match="'orders' of application 'shop'"):
        await prepare_database(prepared.administrator, prepared.name, "erp", {"invoices": "i", "orders": "o"})
    # All of it or nothing.
    await prepare_database(prepared.administrator, prepared.name, "another", {"invoices": "i"})


async def test_the_first_to_open_a_schema_without_a_mark_owns_it(prepared: Prepared) -> None:
    await prepared.run("COMMENT ON SCHEMA orders IS NULL")
    servers = [replace(prepared.server("orders", application=name), most_connections=2) for name in ("shop", "erp")]
    opened = await asyncio.gather(
        *(open_database(server, "orders") for server in servers for _ in range(3)), return_exceptions=True
    )
    won = [database for database in opened if isinstance(database, Database)]
    for database in won:
        await database.close()
    assert len(won) == 3
    assert [type(lost) for lost in opened if lost not in won] == [SchemaOfAnother] * 3


async def test_a_schema_that_was_made_by_hand_is_not_taken(prepared: Prepared) -> None:
    await prepared.run("CREATE SCHEMA mail")
    with pytest.raises(SchemaOfAnother, match="has not made it"):
        await prepare_database(prepared.administrator, prepared.name, "shop", {"mail": "m"})


@pytest.mark.parametrize(
    ("grant", "reason"),
    [
        ("ALTER ROLE {orders} SUPERUSER", "it is a superuser"),
        ("ALTER ROLE {orders} CREATEROLE", "it may create roles"),
        ("ALTER ROLE {orders} CREATEDB", "it may create databases"),
        ("ALTER ROLE {orders} REPLICATION", "it may copy the whole server"),
        ("ALTER ROLE {orders} BYPASSRLS", "row security does not hold for it"),
        ("GRANT {stock} TO {orders}", "it is a member of {stock}"),
        ("GRANT pg_read_all_data TO {orders}", "it is a member of pg_read_all_data"),
        ("ALTER SCHEMA stock OWNER TO {orders}", "it owns schema stock"),
        ("GRANT USAGE ON SCHEMA stock TO {orders}", "it may use schema stock"),
        ("ALTER DATABASE {database} OWNER TO {orders}", "it owns the database"),
    ],
)
async def test_a_role_that_may_too_much_is_refused(prepared: Prepared, grant: str, reason: str) -> None:
    names = {
        "orders": role_of(prepared.name, "orders"),
        "stock": role_of(prepared.name, "stock"),
        "database": prepared.name,
    }
    await prepared.run(grant.format(**names))
    with pytest.raises(RoleTooMighty) as caught:
        await open_database(prepared.server("orders"), "orders")
    assert reason.format(**names) in caught.value.why


async def test_an_administrator_need_not_be_a_superuser(prepared: Prepared) -> None:
    await prepared.run(
        f"CREATE ROLE admin_{prepared.name} LOGIN CREATEROLE",
        f"GRANT CREATE ON DATABASE {prepared.name} TO admin_{prepared.name}",
    )
    url = prepared.postgres.url(f"admin_{prepared.name}", database=prepared.name)
    passwords = {"mail": "secret"}
    for _ in range(2):
        await prepare_database(url, prepared.name, "shop", passwords)
    server = replace(
        prepared.server("orders"),
        url=prepared.postgres.url(role_of(prepared.name, "mail"), database=prepared.name),
        schema="mail",
    )
    await (await open_database(server, "mail", [PIECES])).close()


async def test_no_administrator(prepared: Prepared, tmp_path: Path) -> None:
    orders = prepared.server("orders").url
    nowhere = f"postgresql://admin:hidden@/{prepared.name}?host={tmp_path}"
    for url, reason in (
        (orders, "permission denied"),
        (prepared.postgres.url(), "leads to database 'postgres'"),
        (nowhere, "cannot be reached"),
        ("postgresql://admin:hidden@host:port/x", "cannot be read"),
        ("hidden", "cannot be read"),
    ):
        with pytest.raises(PluresError, match=reason) as caught:
            await prepare_database(url, prepared.name, "shop", {"mail": "m"})
        assert isinstance(caught.value, AdministratorRefused)
        assert "hidden" not in str(caught.value)


def test_names_of_roles() -> None:
    assert role_of("shop", "orders") == "shop_orders"
    long = role_of("d" * 40, "c" * 40)
    assert len(long) <= 63
    assert long != role_of("d" * 41, "c" * 40)
