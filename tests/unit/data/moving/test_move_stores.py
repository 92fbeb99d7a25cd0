"""`move` between a file and a server, in each direction: the same rows, the same numbers, and what cannot be held is refused."""

from pathlib import Path
from typing import Any

import pytest

from plures.data import (
    Database,
    DatabaseMoved,
    Folder,
    ForeignKeyViolated,
    Migration,
    Place,
    Statement,
    copies,
    open_database,
)
from tests.postgres import Postgres

KINDS = Migration(
    1,
    "each kind of value",
    (
        Statement(
            "CREATE TABLE Item (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, is_new BOOLEAN, weight REAL, raw BLOB, price TEXT, "
            "share NUMERIC, uuid TEXT, short CHAR(32), at TIMESTAMP, local TIMESTAMP, day DATE, clock TIME, data JSON, code CHAR(5), state TEXT, "
            "tags TEXT, big INTEGER, doubled INTEGER GENERATED ALWAYS AS (big * 2) STORED)",
            "CREATE TABLE item (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL, is_new BOOLEAN, weight DOUBLE PRECISION, "
            "raw BYTEA, price NUMERIC(20, 2), share NUMERIC, uuid UUID, short UUID, at TIMESTAMPTZ, local TIMESTAMP, day DATE, clock TIME, data JSONB, "
            "code CHAR(5), state TEXT, tags TEXT[], big BIGINT, doubled BIGINT GENERATED ALWAYS AS (big * 2) STORED)",
        ),
        """CREATE TABLE part (item BIGINT NOT NULL REFERENCES item (id), place INTEGER NOT NULL, after INTEGER, name TEXT UNIQUE,
        PRIMARY KEY (item, place), FOREIGN KEY (item, after) REFERENCES part (item, place))""",
        "CREATE TABLE total (id INTEGER PRIMARY KEY, parts INTEGER NOT NULL)",
        "CREATE TABLE note (said TEXT)",
        "INSERT INTO total VALUES (1, 0)",
        Statement(
            "CREATE TRIGGER counted AFTER INSERT ON part BEGIN UPDATE total SET parts = parts + 1; END",
            "CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE total SET parts = parts + 1; RETURN NEW; END'",
        ),
        Statement(None, "CREATE TRIGGER counted AFTER INSERT ON part FOR EACH ROW EXECUTE FUNCTION count_it()"),
    ),
)

ODD: list[dict[str, Any]] = [
    {
        "name": "Zürich ☃ 𝄞\n\t\\N \\\"'",
        "is_new": 1,
        "weight": 0.1,
        "raw": bytes(range(256)),
        "price": "12345678901234567.89",
        "share": 0.1,
        "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "short": "0f8fad5bd9cb469fa16570867728950e",
        "at": "2026-01-02 03:04:05.120000+00:00",
        "local": "2026-01-02 03:04:05",
        "day": "2024-02-29",
        "clock": "23:59:59.999999",
        "data": '{"b": [1, 1.50, 1e2, "\\u00e9"], "a": null}',
        "code": "ab",
        "state": "",
        "tags": '{a,"b c",NULL}',
        "big": 2**62 - 1,
    },
    {
        "name": "",
        "is_new": 0,
        "weight": float("inf"),
        "raw": b"",
        "price": "0",
        "share": 12,
        "data": "1",
        "big": -(2**63) // 4,
    },
    {"name": "a", "weight": -0.0, "share": -5e-7, "price": "-0.5"},
    {"name": "B", "weight": 5e-324, "share": 1.7976931348623157e308},
]
COLUMNS = (
    "name",
    "is_new",
    "weight",
    "raw",
    "price",
    "share",
    "uuid",
    "short",
    "at",
    "local",
    "day",
    "clock",
    "data",
    "code",
    "state",
    "tags",
    "big",
)
INSERT = f"INSERT INTO item ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"


def tell(_what: str, _done: int, _total: int | None) -> None: ...


def end(place: Place) -> copies.End:
    return copies.End(place)


async def move(source: Place, target: Place, *migrations: Migration) -> copies.Moved:
    owners = copies.Owners("shop", Path("none"), {"orders": migrations or (KINDS,)})
    return await copies.move(owners, "orders", end(source), end(target), tell)


async def opened(place: Place, *migrations: Migration) -> Database:
    return await open_database(place, "orders", migrations or (KINDS,))


async def filled(place: Place) -> None:
    database = await opened(place)
    async with database.write() as connection:
        for values in ODD:
            await connection.execute(INSERT, {**dict.fromkeys(COLUMNS), **values})
        await connection.execute(
            "INSERT INTO part VALUES (:item, :place, :after, :name)",
            [{"item": 1, "place": n, "after": n - 1 if n else None, "name": f"p{n}"} for n in range(50)],
        )
        await connection.execute("INSERT INTO note VALUES (:said)", [{"said": None}, {"said": "a"}, {"said": "a"}])
        await connection.execute("DELETE FROM item WHERE id = 4")
    await database.close()


async def told(place: Place) -> dict[str, Any]:
    """All rows, and what the next row and the trigger do."""
    database = await opened(place)
    try:
        async with database.write() as connection:
            found: dict[str, Any] = {
                table: [tuple(row) for row in await connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
                for table in ("part", "total", "plures_commands")
            }
            found["item"] = [
                tuple(str(value).rstrip() for value in row)
                for row in await connection.execute(
                    "SELECT id, name, weight, raw, CAST(uuid AS TEXT), CAST(at AS TEXT), big, doubled FROM item ORDER BY id"
                )
            ]
            found["note"] = sorted(str(row.said) for row in await connection.execute("SELECT said FROM note"))
            found["next"] = await connection.scalar("INSERT INTO item (name) VALUES ('next') RETURNING id")
            await connection.execute("INSERT INTO part VALUES (1, 99, 1, 'new')")
            found["parts"] = await connection.scalar("SELECT parts FROM total")
            with pytest.raises(ForeignKeyViolated):
                await connection.execute("INSERT INTO part VALUES (77, 1, NULL, 'nowhere')")
            await connection.execute("DELETE FROM part WHERE place = 99")
            await connection.execute("UPDATE total SET parts = parts - 1")
            await connection.execute("DELETE FROM item WHERE name = 'next'")
    finally:
        await database.close()
    return found


async def test_from_a_file_to_a_server_and_on_and_back(tmp_path: Path, postgres: Postgres) -> None:
    first, last = Folder(tmp_path / "first"), Folder(tmp_path / "last")
    second, third = await postgres.schema(), await postgres.schema()
    await filled(first)
    moved = await move(first, second)
    assert moved.tables == {"Item": 3, "note": 3, "part": 50, "plures_commands": 0, "total": 1}
    with pytest.raises(DatabaseMoved):
        await opened(first)
    await move(second, third)
    on_server = await told(third)
    assert (on_server["next"], on_server["parts"], on_server["total"]) == (5, 51, [(1, 50)])
    back = await move(third, last)
    assert set(back.tables.values()) == {0, 1, 3, 50}
    in_file = await told(last)
    assert in_file.pop("next") == 6
    del on_server["next"], on_server["item"], in_file["item"]
    assert in_file == on_server


async def test_each_value_is_what_it_was(tmp_path: Path, postgres: Postgres) -> None:
    first, second, last = Folder(tmp_path / "first"), await postgres.schema(), Folder(tmp_path / "last")
    await filled(first)
    await move(first, second)
    await move(second, last)
    database = await opened(last)
    async with database.read() as connection:
        rows = [row._asdict() for row in await connection.execute(f"SELECT {', '.join(COLUMNS)} FROM item ORDER BY id")]
    await database.close()
    for row, before in zip(rows, ODD, strict=False):
        wanted = {**dict.fromkeys(COLUMNS), **before}
        assert {name: row[name] for name in COLUMNS if name not in ("data", "price")} == {
            name: wanted[name] for name in COLUMNS if name not in ("data", "price")
        }
    assert rows[0]["price"] == "12345678901234567.89"
    assert rows[0]["data"] == '{"a": null, "b": [1, 1.50, 100, "é"]}'
