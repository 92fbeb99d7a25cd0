from plures.advisor.measuring import Table, shared_tables
from plures.advisor.measuring.tables import TableSite
from plures.advisor.reading import Access


def table(name: str, **accesses: Access) -> Table:
    sites = tuple(TableSite(component, f"{component}.py", 1, access) for component, access in accesses.items())
    return Table(name, next(iter(accesses)), sites)


ORDERS = table("orders", cart=Access.DEFINE, mail=Access.READ)
STOCK = table("stock", search=Access.READ, cart=Access.WRITE, mail=Access.READ)
RATES = table("rates", tax=Access.DEFINE)


def test_components_can_be_asked_for_by_what_they_do():
    assert STOCK.components() == ("cart", "mail", "search")
    assert STOCK.components(Access.READ) == ("mail", "search")
    assert STOCK.components(Access.WRITE, Access.DEFINE) == ("cart",)


def test_shared_tables_of_each_pair():
    assert shared_tables([ORDERS, STOCK, RATES]) == {
        ("cart", "mail"): ("orders", "stock"),
        ("cart", "search"): ("stock",),
        ("mail", "search"): ("stock",),
    }
