"""A frozen dataclass may group what a constructor asks for."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from plures import Application, Capability, Database, Lifecycle, contract, query
from plures.application import DependencyKind, assemble
from plures.errors import InvalidInput


@contract("house.door.v1", owner="tests")
class Door(Protocol):
    @query()
    async def is_open(self) -> bool: ...


@contract("house.bell.v1", owner="tests")
class Bell(Protocol):
    @query()
    async def rings(self) -> bool: ...


class DoorService(Door):
    async def is_open(self) -> bool:
        return True


@dataclass(frozen=True)
class Parties:
    door: Door
    lifecycle: Lifecycle
    note: str = "a field with a default is left alone"
    words: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Wider(Parties):
    kept: Database = field(kw_only=True)


@dataclass(frozen=True)
class Again:
    again: "Again"
    door: Door


@dataclass
class Loose:
    door: Door


@dataclass(frozen=True)
class Wrong:
    door: Door
    name: str


@dataclass(frozen=True)
class Options:
    size: int = 3


def bell(annotation: Any, **default: Any) -> Any:
    class BellService(Bell):
        def __init__(self, group, **more) -> None: ...

        async def rings(self) -> bool:
            return True

    BellService.__init__.__annotations__["group"] = annotation
    if default:
        BellService.__init__.__defaults__ = tuple(default.values())
    return BellService


def assembled(implementation: Any, **more: Any) -> Any:
    return assemble(Application("house", [Capability(Door, DoorService), Capability(Bell, implementation)], **more))


def problem(implementation: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as caught:
        assembled(implementation)
    (violation,) = caught.value.violations
    return violation.where, violation.what


def test_its_contracts_are_in_the_call_graph_and_its_database_is_the_capabilitys() -> None:
    assembly = assembled(bell(Wider))
    assert assembly.call_graph["bell"] == {"door"}
    assert assembly.facts.capabilities["bell"].has_database
    (group,) = assembly.capabilities["bell"].dependencies
    assert (group.kind, group.asked) == (DependencyKind.GROUP, Wider)
    assert [leaf.parameter for leaf in group.leaves()] == ["door", "lifecycle", "kept"]


def test_the_edge_may_ask_for_one() -> None:
    def edge(parties: Parties) -> None: ...

    assert assembled(bell(Door), edge=edge).facts.edge_needs == {"door"}


def test_the_edge_has_no_database_in_a_group_either() -> None:
    def edge(parties: Wider) -> None: ...

    with pytest.raises(InvalidInput, match="asks for a database"):
        assembled(bell(Door), edge=edge)


@pytest.mark.parametrize(
    ("annotation", "where", "what"),
    [
        (Wrong, "capability 'bell', Wrong", "parameter 'name' asks for str, which Plures does not provide"),
        (Loose, "capability 'bell'", "parameter 'group' asks for the dataclass Loose, which is not frozen"),
        (Again, "capability 'bell', Again", "parameter 'again' asks for Again, which contains itself"),
        (Options, "capability 'bell'", "parameter 'group' asks for Options, which Plures does not provide"),
    ],
)
def test_a_group_that_cannot_be_provided(annotation: Any, where: str, what: str) -> None:
    assert problem(bell(annotation)) == (where, what)


@pytest.mark.parametrize("annotation", [Wrong, Loose, Options])
def test_where_it_cannot_be_provided_the_default_counts(annotation: Any) -> None:
    assert assembled(bell(annotation, group=None)).capabilities["bell"].dependencies == ()


def test_two_databases_are_two_also_in_a_group() -> None:
    def compose(parties: Wider, database: Database) -> DoorService:
        return DoorService()

    with pytest.raises(InvalidInput, match="asks for two databases"):
        assemble(Application("house", [Capability(Door, compose)]))
