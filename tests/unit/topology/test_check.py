"""A topology fits an application, or says all that does not fit."""

import pytest
from msgspec.structs import replace

from plures.errors import InvalidInput
from plures.topology import ApplicationFacts, CapabilityFacts, Process, Replicas, Topology, check, monolith

TAX = Process("tax", ("tax",), external="http://tax")
REST = Process("main", ("*",))


def violations(application: ApplicationFacts, *processes: Process) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        check(Topology("t", processes, "plures.toml"), application)
    assert all(violation.fix for violation in caught.value.violations)
    return [(violation.code.removeprefix("topology."), violation.where) for violation in caught.value.violations]


def test_the_rest_goes_where_the_star_is(shop: ApplicationFacts) -> None:
    search = Process("search", ("search",), replicas=Replicas(2, 4), environment={"A": "1"})
    resolved = check(Topology("t", (search, TAX, REST)), shop)
    assert {name: process.capabilities for name, process in resolved.processes.items()} == {
        "search": ("search",),
        "tax": ("tax",),
        "main": ("catalog", "pricing", "orders"),
    }
    assert resolved.homes == {"search": "search", "tax": "tax", "catalog": "main", "pricing": "main", "orders": "main"}
    assert resolved.edge_home == "main"
    assert resolved.processes["search"].replicas == Replicas(2, 4)
    assert resolved.processes["search"].environment == {"A": "1"}
    assert [process.name for process in resolved.processes.values() if process.exclusive] == ["main"]
    assert [process.name for process in resolved.processes.values() if not process.ours] == ["tax"]


def test_the_monolith_holds_everything() -> None:
    application = ApplicationFacts({"a": CapabilityFacts(needs=frozenset("b")), "b": CapabilityFacts()})
    resolved = check(monolith(), application)
    assert resolved.homes == {"a": "main", "b": "main"}
    assert resolved.edge_home is None


def test_the_edge_may_live_alone(shop: ApplicationFacts) -> None:
    resolved = check(Topology("t", (TAX, REST, Process("pages", (), edge=True, replicas=Replicas(2, 2)))), shop)
    assert resolved.edge_home == "pages"


def test_a_process_of_another_kind_may_run_what_we_could_run(shop: ApplicationFacts) -> None:
    orders = Process("orders", ("orders",), command="node orders.js", replicas=Replicas(2, 2))
    resolved = check(Topology("t", (orders, TAX, REST)), shop)
    assert not resolved.processes["orders"].exclusive  # its database is not one that we embed


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ((REST,), [("implementation_absent", "main.capabilities")]),
        ((TAX, REST, Process("rest", ("*",))), [("rest_twice", "")]),
        ((TAX, REST, Process("x", ("serch",))), [("capability_unknown", "x.capabilities")]),
        ((TAX, REST, Process("x", ("search",)), Process("y", ("search",))), [("capability_twice", "y.capabilities")]),
        ((TAX, REST, Process("x", ("search", "search"))), [("capability_twice", "x.capabilities")]),
        (
            (TAX, Process("x", ("search", "orders"), edge=True)),
            [("capability_unplaced", ""), ("capability_unplaced", "")],
        ),
        ((TAX, replace(REST, replicas=Replicas(1, 2))), [("database_replicas", "main.replicas")]),
        ((replace(TAX, replicas=Replicas(2, 2)), REST), [("external_replicas", "tax.replicas")]),
        ((TAX, replace(REST, edge=False)), [("edge_unplaced", "")]),
        ((TAX, Process("x", ("search", "catalog", "pricing", "orders"))), [("edge_unplaced", "")]),
        ((TAX, replace(REST, edge=True), Process("x", (), edge=True)), [("edge_twice", "")]),
        ((replace(TAX, edge=True), REST), [("edge_elsewhere", "tax.edge")]),
        ((TAX, replace(REST, name="Main")), [("process_name", "Main")]),
        ((TAX, replace(REST, name="main-")), [("process_name", "main-")]),
        ((TAX, replace(REST, name="a" * 64)), [("process_name", "a" * 64)]),
        ((TAX, replace(REST, name="tax")), [("process_twice", "tax")]),
        (
            (
                Process("A", ("serch", "tax"), replicas=Replicas(1, 3)),
                Process("b", ("orders", "tax"), replicas=Replicas(2, 2)),
            ),
            [
                ("process_name", "A"),
                ("capability_unknown", "A.capabilities"),
                ("capability_twice", "b.capabilities"),
                ("capability_unplaced", ""),
                ("capability_unplaced", ""),
                ("capability_unplaced", ""),
                ("edge_unplaced", ""),
                ("implementation_absent", "A.capabilities"),
                ("database_replicas", "b.replicas"),
                ("implementation_absent", "b.capabilities"),
            ],
        ),
    ],
)
def test_what_does_not_fit(
    shop: ApplicationFacts, processes: tuple[Process, ...], expected: list[tuple[str, str]]
) -> None:
    places = [(rule, f"plures.toml [topology.t] {place}".rstrip()) for rule, place in expected]
    assert violations(shop, *processes) == places


def test_no_advice_to_move_a_capability_that_is_alone_already(shop: ApplicationFacts) -> None:
    def fixes(*processes: Process) -> list[str]:
        with pytest.raises(InvalidInput) as caught:
            check(Topology("t", processes), shop)
        return [violation.fix for violation in caught.value.violations]

    many = Replicas(2, 2)
    assert fixes(TAX, REST, Process("x", ("orders",), replicas=many)) == [
        "Set replicas to 1, or choose a database on a server for it ([capabilities.orders] database = …)."
    ]
    [together] = fixes(TAX, REST, Process("x", ("orders", "search"), replicas=many))
    assert "or move 'orders' to a process of its own" in together
    [beside_the_edge] = fixes(TAX, replace(REST, edge=False), Process("x", ("orders",), edge=True, replicas=many))
    assert "or move 'orders' to a process of its own" in beside_the_edge


def test_an_edge_that_the_application_does_not_have(shop: ApplicationFacts) -> None:
    application = replace(shop, has_edge=False, edge_needs=frozenset())
    assert violations(application, TAX, replace(REST, edge=True)) == [
        ("edge_absent", "plures.toml [topology.t] main.edge")
    ]
    assert check(Topology("t", (TAX, REST)), application).edge_home is None


def test_a_contract_without_capability_is_named_with_all_who_need_it(shop: ApplicationFacts) -> None:
    capabilities = {
        **shop.capabilities,
        "fraud": CapabilityFacts(missing=("shop.geo.v1",)),
        "profile": CapabilityFacts(missing=("shop.geo.v1",)),
    }
    application = replace(shop, capabilities=capabilities, edge_missing=("shop.geo.v1", "shop.wallet.v1"))
    with pytest.raises(InvalidInput) as caught:
        check(Topology("t", (TAX, REST)), application)
    assert [violation.what for violation in caught.value.violations] == [
        "no capability of the application has the contract 'shop.geo.v1', needed by 'fraud', 'profile', the edge",
        "no capability of the application has the contract 'shop.wallet.v1', needed by the edge",
    ]


def test_messages_say_why_and_what_to_do(shop: ApplicationFacts) -> None:
    with pytest.raises(InvalidInput) as caught:
        check(Topology("t", (TAX, replace(REST, replicas=Replicas(1, 5)), Process("x", ("serch",)))), shop)
    text = str(caught.value)
    assert "Topology 't' has 2 problems" in text
    assert "Did you mean 'search'?" in text
    assert "5 replicas of capability 'orders', which has an embedded database: one SQLite file has one writer" in text
    assert "move 'orders' to a process of its own" in text


def test_what_shares_tables_stays_with_the_edge(shop: ApplicationFacts) -> None:
    search = replace(shop.capabilities["search"], shared_tables=("terms", "hits"))
    application = replace(shop, capabilities={**shop.capabilities, "search": search})
    assert check(Topology("t", (TAX, REST)), application).homes["search"] == "main"
    with pytest.raises(InvalidInput) as caught:
        check(Topology("t", (Process("x", ("search",)), TAX, REST)), application)
    [violation] = caught.value.violations
    assert violation.where == "[topology.t] x.capabilities"
    assert violation.what == (
        "parts capability 'search', in process 'x', from the edge in process 'main': it shares tables of the application's own database (terms, hits)"
    )
    assert violation.fix.startswith("Place it there, or give it a database of its own")


def test_without_an_edge_those_that_share_stay_together(shop: ApplicationFacts) -> None:
    shared = {name: replace(shop.capabilities[name], shared_tables=(name,)) for name in ("search", "catalog")}
    application = replace(shop, has_edge=False, edge_needs=frozenset(), capabilities={**shop.capabilities, **shared})
    together = Process("x", ("search", "catalog"))
    assert check(Topology("t", (together, TAX, REST)), application).homes["search"] == "x"
    assert violations(application, Process("x", ("search",)), TAX, REST) == [
        ("shared_split", "plures.toml [topology.t] main.capabilities")
    ]
