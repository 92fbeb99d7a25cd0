"""Who calls whom, as constructors declare it, and what the topology learns of that."""

from typing import Any, Protocol

from plures import Application, Capability, Database, Lifecycle, Migration, Optionally, contract, query
from plures.application import Assembly, assemble
from plures.topology import CapabilityFacts


def new_contract(name: str) -> Any:
    class It(Protocol):
        @query()
        async def ask(self) -> int: ...

    It.__name__ = It.__qualname__ = name.title()
    return contract(f"graph.{name}.v1", owner="tests")(It)


A, B, C, D, LONE = (new_contract(name) for name in ("a", "b", "c", "d", "lone"))


class Service:
    async def ask(self) -> int:
        return 1


class AsksB(Service):
    def __init__(self, b: B, lifecycle: Lifecycle) -> None: ...


class AsksCAndD(Service):
    def __init__(self, c: C, d: D, again: C) -> None: ...


class AsksB2(Service):
    def __init__(self, b: B, database: Database) -> None: ...


class AsksItself(Service):
    def __init__(self, me: D) -> None: ...


def assembled(*capabilities: Capability, edge: Any = None) -> Assembly:
    return assemble(Application("graph", capabilities, edge=edge))


def circle() -> Assembly:
    """a → b ⇄ c, b → d ⟲, and one that no other knows."""

    def edge(a: A) -> None: ...

    return assembled(
        Capability(A, AsksB), Capability(B, AsksCAndD), Capability(C, AsksB2), Capability(D, AsksItself), Capability(LONE, Service),
        edge=edge,
    )  # fmt: skip


def test_the_call_graph_is_what_constructors_ask_for() -> None:
    assert circle().call_graph == {"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": {"d"}, "lone": set()}


def test_what_a_call_may_lead_to() -> None:
    assembly = circle()
    assert assembly.reachable_from("a") == {"b", "c", "d"}
    assert assembly.reachable_from("b") == {"b", "c", "d"}
    assert assembly.reachable_from("c") == {"b", "c", "d"}
    assert assembly.reachable_from("d") == {"d"}
    assert assembly.reachable_from("lone") == frozenset()


def test_what_a_topology_learns() -> None:
    facts = circle().facts
    assert facts.capabilities["b"] == CapabilityFacts(
        needs=frozenset({"c", "d"}), has_database=False, has_implementation=True, missing=(), operations=("Ask",),
        versions=("v1",), needs_versions={"c": ("v1",), "d": ("v1",)},
    )  # fmt: skip
    assert facts.capabilities["c"].has_database
    assert (facts.has_edge, facts.edge_needs, facts.edge_missing) == (True, {"a"}, ())


def test_a_capability_that_runs_elsewhere() -> None:
    facts = assembled(Capability(A)).facts
    assert facts.capabilities["a"].has_implementation is False
    assert (facts.has_edge, facts.edge_needs) == (False, frozenset())


def test_a_contract_that_no_capability_has_is_missing() -> None:
    def edge(lone: LONE, a: A) -> None: ...

    assembly = assembled(Capability(A, AsksB), edge=edge)
    assert assembly.facts.capabilities["a"].missing == ("B",)
    assert assembly.call_graph == {"a": frozenset()}
    assert (assembly.facts.edge_missing, assembly.facts.edge_needs) == (("Lone",), {"a"})


def test_migrations_are_kept_in_order() -> None:
    steps = [Migration(1, "one", ("CREATE TABLE t (x)",)), Migration(2, "two", ("DROP TABLE t",))]

    def compose(database: Database) -> Service:
        return Service()

    assembly = assembled(Capability(A, compose, migrations=steps))
    assert assembly.capabilities["a"].migrations == tuple(steps)
    assert assembly.capabilities["a"].needs == ()


class DoesWithoutC(Service):
    def __init__(self, b: B, c: Optionally[C]) -> None: ...


class NeedsCAllTheSame(Service):
    def __init__(self, c: C, spare: Optionally[C], d: Optionally[D]) -> None: ...


def test_what_a_service_can_do_without_is_in_the_call_graph_as_optional() -> None:
    def edge(a: A, d: Optionally[D]) -> None: ...

    assembly = assembled(
        Capability(A, DoesWithoutC), Capability(B, Service), Capability(C, NeedsCAllTheSame), Capability(D, Service),
        edge=edge,
    )  # fmt: skip
    assert assembly.call_graph == {"a": {"b", "c"}, "b": set(), "c": {"c", "d"}, "d": set()}
    facts = assembly.facts
    assert {name: each.optional for name, each in facts.capabilities.items()} == {
        "a": {"c"}, "b": set(), "c": {"d"}, "d": set(),
    }  # fmt: skip
    assert (facts.edge_needs, facts.edge_optional) == ({"a", "d"}, {"d"})


def test_an_optional_capability_that_the_application_does_not_have_is_missing() -> None:
    assembly = assembled(Capability(A, DoesWithoutC), Capability(B, Service))
    assert assembly.facts.capabilities["a"].missing == ("C",)
