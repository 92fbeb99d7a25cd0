import pytest

from plures.advisor.reading.python.facts import Access
from plures.advisor.reading.python.sql import LONGEST_SQL, tables_in

R, W, D = Access.READ, Access.WRITE, Access.DEFINE


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM orders", {("orders", R)}),
        ("select o.id, l.n from orders o join lines l on l.o = o.id", {("orders", R), ("lines", R)}),
        ("INSERT INTO orders (id) VALUES (1)", {("orders", W)}),
        ("INSERT OR REPLACE INTO orders SELECT * FROM drafts", {("orders", W), ("drafts", R)}),
        ('UPDATE "Orders" SET a = 1', {("orders", W)}),
        ("DELETE FROM `orders` WHERE id = 1", {("orders", W)}),
        ("CREATE TABLE IF NOT EXISTS public.orders (id int)", {("orders", D)}),
        (
            "WITH recent AS (SELECT * FROM orders) SELECT * FROM recent JOIN people ON 1=1",
            {("orders", R), ("people", R)},
        ),
        ("SELECT * FROM billing.invoices", {("billing.invoices", R)}),
        ("Select a colour from the list", set()),
        ("select a colour from the list", set()),
        ("Update the settings before you set out", set()),
        ("nothing of the kind", set()),
        ("", set()),
        ("SELECT " + "x," * LONGEST_SQL + " FROM orders", set()),
    ],
)
def test_tables_of_a_statement(statement: str, tables: set[tuple[str, Access]]):
    assert set(tables_in(statement)) == tables
