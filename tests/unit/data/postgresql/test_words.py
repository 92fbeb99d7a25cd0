"""A statement in PostgreSQL's form, and what it may do to the transaction."""

import pytest

from plures.data.postgresql.words import Effect, effect_of, worded


@pytest.mark.parametrize(
    ("written", "sent", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT ':a', \":a\", :a::text", "SELECT ':a', \":a\", $1::text", ("a",)),
        ("SELECT 1::int, x[1:2] -- :a\n, :b /* :c */", "SELECT 1::int, x[1:2] -- :a\n, $1 /* :c */", ("b",)),
        ("SELECT $$ :a $$, $x$ $$ :a $x$, :b", "SELECT $$ :a $$, $x$ $$ :a $x$, $1", ("b",)),
        (r"SELECT E'it\'s :a', :b", r"SELECT E'it\'s :a', $1", ("b",)),
    ],
)
def test_names_become_numbers(written: str, sent: str, names: tuple[str, ...]) -> None:
    assert (worded(written).sql, worded(written).names) == (sent, names)


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("SELECT 1", Effect.READS),
        (" -- why\n /* so */ (select 1)", Effect.READS),
        ("WITH a AS (DELETE FROM b RETURNING c) SELECT * FROM a", Effect.CHANGES),
        ("insert into a values (1)", Effect.CHANGES),
        ("SAVEPOINT a", Effect.SETS_A_POINT),
        ("", Effect.CHANGES),
    ],
)
def test_what_a_statement_may_do(sql: str, effect: Effect) -> None:
    assert effect_of(sql) is effect
