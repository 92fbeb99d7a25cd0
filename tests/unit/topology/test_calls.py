"""Calls are local or remote by placement; what is needed starts first, and circles start together."""

import pytest

from plures.topology import (
    ApplicationFacts,
    CapabilityFacts,
    Process,
    Topology,
    calls_between,
    check,
    make_plan,
    monolith,
    process_needs,
    start_order,
    summarise,
)


def one_each(needs: str) -> tuple[Topology, ApplicationFacts]:
    """An application written as `a>bc b>c c`, with each capability in a process of its own."""
    capabilities: dict[str, CapabilityFacts] = {}
    for word in needs.split():
        name, _, needed = word.partition(">")
        capabilities[name] = CapabilityFacts(needs=frozenset(needed))
    return Topology("split", tuple(Process(name, (name,)) for name in capabilities)), ApplicationFacts(capabilities)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("a b c", ["abc"]),
        ("a>b b>c c", ["c", "b", "a"]),
        ("a>bc b>c c", ["c", "b", "a"]),
        ("a>b b>a", ["ab"]),
        ("a>b b>c c>a d>a e", ["abce", "d"]),
        ("a>b b>ac c>d d>c", ["cd", "ab"]),
        ("a>a", ["a"]),
        ("a>bc b>d c>d d", ["d", "bc", "a"]),
    ],
)
def test_start_order(needs: str, expected: list[str]) -> None:
    topology, application = one_each(needs)
    assert start_order(check(topology, application), application) == tuple(frozenset(layer) for layer in expected)


def test_calls_within_a_process_order_nothing() -> None:
    _, application = one_each("a>b b>a c>a")
    resolved = check(Topology("t", (Process("one", ("a", "b")), Process("two", ("c",)))), application)
    assert process_needs(resolved, application) == {"one": frozenset(), "two": frozenset({"one"})}
    assert start_order(resolved, application) == (frozenset({"one"}), frozenset({"two"}))


def test_a_plan_waits_for_what_is_needed_except_in_circles() -> None:
    topology, application = one_each("a>bc b>a c")
    plan = make_plan(check(topology, application), application)
    assert list(plan.processes) == ["a", "b", "c"]
    assert plan.needs == {"a": frozenset("c"), "b": frozenset(), "c": frozenset()}
    assert plan.layers == (frozenset("c"), frozenset("ab"))


def test_calls_are_placed(shop: ApplicationFacts) -> None:
    tax = Process("tax", ("tax",), external="http://tax")
    resolved = check(Topology("t", (Process("search", ("search",)), tax, Process("main", ("*",)))), shop)
    calls = [(c.caller, c.capability, c.source, c.target, c.local) for c in calls_between(resolved, shop)]
    assert calls == [
        (None, "orders", "main", "main", True),
        (None, "search", "main", "search", False),
        ("search", "catalog", "search", "main", False),
        ("search", "pricing", "search", "main", False),
        ("catalog", "pricing", "main", "main", True),
        ("pricing", "catalog", "main", "main", True),
        ("orders", "pricing", "main", "main", True),
        ("orders", "tax", "main", "tax", False),
    ]


def test_a_summary_has_a_row_for_each_process(shop: ApplicationFacts) -> None:
    tax = Process("tax", ("tax",), command="node tax.js")
    summary = summarise(check(Topology("t", (tax, Process("main", ("*",)))), shop), shop)
    assert (summary.name, summary.local_calls, summary.remote_calls) == ("t", 7, 1)
    first, second = summary.processes
    assert (first.name, first.kind, first.runs, first.layer, first.capabilities) == (
        "tax",
        "command",
        "node tax.js",
        0,
        ("tax",),
    )
    assert (second.name, second.kind, second.runs, second.layer) == ("main", "ours", "", 1)
    assert (second.edge, second.databases) == (True, ("orders",))
    assert [(call.caller, call.capability) for call in second.remote_calls] == [("orders", "tax")]


def test_in_one_process_every_call_is_local() -> None:
    _, application = one_each("a>bc b>c c>a")
    summary = summarise(check(monolith(), application), application)
    assert (summary.local_calls, summary.remote_calls) == (4, 0)
