"""What is known of a statement before it runs."""

import sqlite3

import pytest

from plures.data.sqlite.leash.program import Effort, effort_of


@pytest.mark.parametrize(
    ("sql", "effort"),
    [
        ("SELECT * FROM a WHERE id = :v", Effort.COUNTED),
        ("SELECT lower(name), max(n) FROM a WHERE name LIKE :v GROUP BY name ORDER BY n LIMIT 9", Effort.COUNTED),
        ("SELECT 1", Effort.COUNTED),
        ("SELECT count(*) FROM a", Effort.UNKNOWN),
        ("SELECT hash(name) FROM a WHERE id = :v", Effort.UNKNOWN),
        ("SELECT randomblob(:v)", Effort.UNKNOWN),
        ("SELECT * FROM json_each(:v)", Effort.UNKNOWN),
        ("INSERT INTO a VALUES (:v, 'tea', 1)", Effort.BOUNDED),
        ("INSERT INTO a VALUES (:v, 'tea', 1) ON CONFLICT (id) DO UPDATE SET n = a.n + 1", Effort.BOUNDED),
        ("INSERT INTO a VALUES (:v, 'tea', 1) ON CONFLICT DO NOTHING", Effort.BOUNDED),
        ("REPLACE INTO a VALUES (:v, 'tea', 1)", Effort.BOUNDED),
        ("UPDATE a SET n = n + 1 WHERE id = :v AND name <> ''", Effort.BOUNDED),
        ("DELETE FROM a WHERE id = :v", Effort.BOUNDED),
        ("INSERT INTO child VALUES (:v, 1)", Effort.BOUNDED),
        ("INSERT INTO a SELECT id || 'x', name, n FROM a WHERE n > :v", Effort.UNKNOWN),
        ("UPDATE a SET n = n + 1 WHERE n > :v", Effort.UNKNOWN),
        ("DELETE FROM a", Effort.UNKNOWN),
        ("DELETE FROM parent WHERE id = :v", Effort.UNKNOWN),
        ("INSERT INTO watched VALUES (:v)", Effort.UNKNOWN),
        ("UPDATE a SET n = (SELECT max(n) FROM a) WHERE id = :v", Effort.UNKNOWN),
        ("UPDATE a SET n = (SELECT count(*) FROM child) WHERE id = :v", Effort.UNKNOWN),
        (
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) INSERT INTO watched SELECT i FROM r",
            Effort.UNKNOWN,
        ),
    ],
)
def test_what_is_known_of_a_statement(sql: str, effort: Effort) -> None:
    connection = sqlite3.connect(":memory:")
    connection.create_function("hash", 1, hash)
    connection.executescript("""
        PRAGMA foreign_keys = ON;
        CREATE TABLE a (id TEXT PRIMARY KEY, name TEXT, n INTEGER);
        CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent ON DELETE CASCADE);
        CREATE TABLE watched (id INTEGER);
        CREATE TRIGGER watching AFTER INSERT ON watched BEGIN DELETE FROM a; END;
    """)
    assert effort_of(connection.execute(f"EXPLAIN {sql}", {"v": 1})) is effort
    connection.close()
