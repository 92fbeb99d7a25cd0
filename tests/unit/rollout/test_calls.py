"""Which calls two versions cannot make of each other, and in which order processes can be replaced."""

import pytest

from plures.application import Assembly
from plures.rollout import Outside

from .shops import brief, process, shop, verdict

SHOP = """
@contract("shop.stock.v1", owner="tests"{stock_options})
class Stock(Protocol):
    {stock}

class StockService(Stock):
    def __init__(self{stock_needs}) -> None: ...
    {stock_service}

@contract("shop.till.v1", owner="tests")
class Till(Protocol):
    {till}

class TillService(Till):
    def __init__(self, stock: Stock) -> None: ...
    {till_service}

def web(stock: Stock) -> object: ...

app = Application("shop", [Capability(Stock, StockService), Capability(Till, TillService)]{edge})
"""


def service(operations: str) -> str:
    return operations.replace(": ...", ": raise NotImplementedError")


def two(stock: str, till: str = "", *, stock_needs: str = "", edge: str = "", stock_options: str = "") -> Assembly:
    stock, till = operation(stock), operation(till or "pay() -> int")
    return shop(
        SHOP.format(
            stock=stock, stock_service=service(stock), stock_needs=stock_needs, stock_options=stock_options,
            till=till, till_service=service(till), edge=edge,
        )
    )  # fmt: skip


def operation(*heads: str) -> str:
    """`count() -> int` as an operation of a contract; several stand behind one another."""
    texts = (
        f"@query()\n    async def {each.strip().replace('(', '(self, ', 1)}: ..."
        for head in heads
        for each in head.split(";")
    )
    return "\n    ".join(texts).replace("(self, )", "(self)")


COUNT, MORE, TEXT = "count() -> int", "count() -> int; name() -> str", "count() -> str"
SPLIT = process("stock"), process("till")


def test_what_is_added_comes_first_where_it_is_called() -> None:
    found = verdict(two(COUNT), two(MORE), *reversed(SPLIT))
    assert found.order == ("stock", "till")
    assert brief(found.waits) == [("caller", "till stock", "Name", "compat.operation_removed", "stock")]
    assert found.waits[0].what == "Name is not there yet: its callers get unimplemented"
    assert (found.passes, found.any_order) == (True, False)


def test_what_goes_goes_first_where_it_is_called() -> None:
    found = verdict(two(MORE), two(COUNT), *SPLIT)
    assert found.order == ("till", "stock")
    assert brief(found.waits) == [("callee", "till stock", "Name", "compat.operation_removed", "till")]


def test_what_changes_both_ways_has_no_order_and_both_are_told() -> None:
    found = verdict(two(COUNT), two(TEXT), *SPLIT)
    assert not found.passes
    assert brief(found.refused) == [
        ("callee", "till stock", "Count", "compat.type_changed", "till"),
        ("caller", "till stock", "Count", "compat.type_changed", "stock"),
    ]
    assert found.waits == ()


def test_in_one_process_calls_meet_their_own_version() -> None:
    assert verdict(two(COUNT), two(TEXT), process("main", "stock", "till")).any_order


def test_callees_stand_before_callers_where_nothing_else_matters() -> None:
    assert verdict(two(COUNT), two(COUNT), *reversed(SPLIT)).order == ("stock", "till")


def test_an_order_that_is_asked_for_is_checked() -> None:
    assert verdict(two(COUNT), two(MORE), *SPLIT, chosen=["stock", "till"]).passes
    late = verdict(two(COUNT), two(MORE), *SPLIT, chosen=["till", "stock"])
    assert brief(late.refused) == [("caller", "till stock", "Name", "compat.operation_removed", "stock")]


def test_at_once_bears_no_order() -> None:
    assert verdict(two(COUNT), two(COUNT), *SPLIT, at_once=True).passes
    assert not verdict(two(COUNT), two(MORE), *SPLIT, at_once=True).passes


@pytest.mark.parametrize(
    ("old", "new", "stays", "passes"),
    [
        (COUNT, MORE, "till", True),
        (COUNT, MORE, "stock", False),
        (MORE, COUNT, "till", False),
        (MORE, COUNT, "stock", True),
    ],
    ids=["added, caller stays", "added, callee stays", "removed, caller stays", "removed, callee stays"],
)
def test_a_process_that_stays_cannot_be_waited_for(old: str, new: str, stays: str, passes: bool) -> None:
    found = verdict(two(old), two(new), *(process(each, stays=each == stays) for each in ("stock", "till")))
    assert found.passes is passes
    assert found.order == tuple(each for each in ("stock", "till") if each != stays)


def test_both_call_each_other_and_both_add_something() -> None:
    """Each must be first: that takes two releases."""
    old, new = (
        two(COUNT, stock_needs=", till: 'Till'"),
        two(MORE, "pay() -> int; refund() -> int", stock_needs=", till: 'Till'"),
    )
    found = verdict(old, new, *SPLIT)
    assert brief(found.refused) == [
        ("caller", "stock till", "Refund", "compat.operation_removed", "till"),
        ("caller", "till stock", "Name", "compat.operation_removed", "stock"),
    ]
    assert all("two releases" in each.fix for each in found.refused)


def test_a_capability_that_moves_out_is_there_before_it_is_called() -> None:
    old, new = two(COUNT), two(COUNT)
    found = verdict(old, new, process("till"), process("stock", new=True))
    assert brief(found.waits) == [("caller", "till stock", "", "compat.contract_removed", "stock")]
    assert found.order == ("stock", "till")


def test_what_promises_nothing_fails_all_the_same() -> None:
    experimental = ', stability="experimental"'
    found = verdict(two(COUNT, stock_options=experimental), two(TEXT, stock_options=experimental), *SPLIT)
    assert not found.passes


def test_callers_from_outside_go_on_as_they_are() -> None:
    reports = Outside("reports", {"shop.stock.v1": frozenset({"Name"})})
    found = verdict(two(MORE), two(COUNT), process("main", "stock", "till"), outside=[reports])
    assert brief(found.refused) == [("callee", "reports stock", "Name", "compat.operation_removed", "")]
    assert verdict(two(MORE), two("name() -> str"), process("main", "stock", "till"), outside=[reports]).passes


def test_a_default_matters_to_callers_from_outside_alone() -> None:
    old, new = two("count(least: int = 1) -> int"), two("count(least: int = 2) -> int")
    assert verdict(old, new, *SPLIT).any_order
    reports = Outside("reports", {"shop.stock.v1": frozenset({"Count"})})
    assert [each.code for each in verdict(old, new, *SPLIT, outside=[reports]).refused] == ["compat.default_changed"]


def test_the_edge_is_a_caller() -> None:
    found = verdict(
        two(MORE, edge=", edge=web"), two(COUNT, edge=", edge=web"),
        process("stock", "stock", "till"), process("web", new=True, edge=True),
    )  # fmt: skip
    assert brief(found.waits) == [("callee", "the edge stock", "Name", "compat.operation_removed", "web")]
