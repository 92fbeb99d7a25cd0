"""Which capability can reach which, as the constructors declare it."""

import pytest

from marketplace import app, in_memory
from plures import Application
from plures.testing import Assembly, assemble


@pytest.fixture(params=[app.app, in_memory.app], ids=["with databases", "in memory"])
def assembly(request: pytest.FixtureRequest) -> Assembly:
    application: Application = request.param
    return assemble(application)


def test_checkout_cannot_reach_search(assembly: Assembly) -> None:
    """Customers can order while search is down."""
    reached = assembly.reachable_from("checkout")
    assert "search" not in reached
    assert {"inventory", "payments", "orders"} <= reached


def test_only_the_edge_calls_search(assembly: Assembly) -> None:
    assert not [name for name, needs in assembly.call_graph.items() if "search" in needs]


def test_search_takes_no_money_and_moves_no_stock(assembly: Assembly) -> None:
    assert assembly.reachable_from("search") == {"catalog", "pricing", "inventory", "reviews"}


def test_both_applications_have_the_same_call_graph() -> None:
    assert assemble(app.app).call_graph == assemble(in_memory.app).call_graph
