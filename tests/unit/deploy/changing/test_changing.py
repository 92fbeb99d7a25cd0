"""What has to move between two topologies, and what cannot while they run."""

import pytest
from msgspec.structs import replace

from plures.deploy.supervisor.changes.changing import Step, between, steps, with_names_of
from plures.errors import InvalidInput
from plures.topology import ApplicationFacts, CapabilityFacts, Process, Replicas, ResolvedTopology, Topology
from plures.topology.resolved import resolve

FACTS = ApplicationFacts(
    {
        "search": CapabilityFacts(needs=frozenset({"catalog"})),
        "catalog": CapabilityFacts(has_database=True),
        "ledger": CapabilityFacts(shared_tables=("entries",)),
    },
    has_edge=True,
    edge_needs=frozenset({"search"}),
)


def topology(name: str, *processes: Process) -> ResolvedTopology:
    return resolve(Topology(name, processes), FACTS)


ALL = topology("monolith", Process("main", ("*",)))
APART = topology("apart", Process("search", ("search",)), Process("catalog", ("catalog",)), Process("main", ("*",)))
MOVES = [Step("search", "main", "search"), Step("catalog", "main", "catalog")]


def why_not(now: ResolvedTopology, then: ResolvedTopology) -> set[str]:
    with pytest.raises(InvalidInput) as raised:
        steps(now, then, FACTS)
    return {each.code for each in raised.value.violations}


def test_each_capability_that_is_elsewhere_moves_once() -> None:
    assert steps(ALL, APART, FACTS) == MOVES
    assert steps(APART, ALL, FACTS) == [Step(each.capability, each.target, each.source) for each in MOVES]
    assert steps(ALL, ALL, FACTS) == []


def test_between_two_steps_each_is_in_one_process() -> None:
    for taken in range(3):
        middle = between(ALL, APART, MOVES[:taken], FACTS)
        assert list(middle.processes) == ["main", "search", "catalog"]
        assert middle.homes == {
            "search": "search" if taken else "main",
            "catalog": "catalog" if taken == 2 else "main",
            "ledger": "main",
        }
        # The one that has a file may have no second replica, not even during a restart.
        assert middle.processes["main"].exclusive is (taken < 2)
        assert middle.processes["catalog"].exclusive is (taken == 2)


def test_the_process_with_the_edge_keeps_its_name() -> None:
    sale = topology("sale", Process("search", ("search",)), Process("shop", ("*",)))
    renamed = with_names_of(ALL, sale)
    assert list(renamed.processes) == ["search", "main"]
    assert renamed.processes["main"].name == renamed.edge_home == "main"
    assert steps(ALL, renamed, FACTS) == [Step("search", "main", "search")]
    assert with_names_of(ALL, APART) == APART


def test_replicas_may_differ() -> None:
    more = topology("more", Process("search", ("search",), replicas=Replicas(3, 3)), Process("main", ("*",)))
    assert steps(ALL, more, FACTS) == MOVES[:1]


def test_all_that_stands_in_the_way_is_told() -> None:
    main = Process("main", ("*",), environment={"A": "1"})
    mixed = topology("mixed", Process("ledger", ("ledger",)), Process("search", ("search",), command="run"), main)
    assert why_not(ALL, mixed) == {"deploy.change_needs_restart", "deploy.change_splits_tables"}


def test_the_edge_stays_where_it_is() -> None:
    elsewhere = topology("elsewhere", Process("main", ("catalog",)), Process("shop", ("*",)))
    assert why_not(ALL, elsewhere) >= {"deploy.change_moves_edge"}


def test_a_program_that_was_told_an_address_keeps_it() -> None:
    told = Process("robot", ("ledger",), command="run", may_call=("search",))
    now = topology("now", told, Process("main", ("*",)))
    then = topology("then", told, Process("search", ("search",)), Process("main", ("*",)))
    assert why_not(now, then) == {"deploy.change_needs_restart"}


def test_what_processes_are_told_at_their_start_stays() -> None:
    changed = replace(ALL, processes={"main": replace(ALL.processes["main"], withheld=frozenset({"TOKEN"}))})
    assert why_not(ALL, changed) == {"deploy.change_needs_restart"}
