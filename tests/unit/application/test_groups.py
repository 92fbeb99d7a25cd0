"""A frozen dataclass may group what a constructor asks for."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from plures import Application, Capability, Database, Lifecycle, contract, query
from plures.application import DependencyKind, assemble, is_opened
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


@dataclass(frozen=True)
class Store:
    database: Database


@dataclass(frozen=True)
class TwoOfThem:
    one: Database
    other: Database


def test_groups_and_their_user_may_share_the_one_database() -> None:
    def compose(store: Store, other: Wider, database: Database) -> DoorService:
        return DoorService()

    assert assemble(Application("house", [Capability(Door, compose)])).facts.capabilities["door"].has_database


def test_one_constructor_asks_for_it_once() -> None:
    assert problem(bell(TwoOfThem)) == ("capability 'bell', TwoOfThem", "asks for two databases")


@dataclass(frozen=True)
class Concrete(Door):
    bell: Bell


@pytest.mark.parametrize("service", [Concrete, DoorService])
def test_a_service_is_asked_for_by_its_contract(service: type) -> None:
    what = f"parameter 'group' asks for {service.__name__}, the service behind a contract"
    assert problem(bell(service)) == ("capability 'bell'", what)


def test_a_generator_without_async_says_what_to_write() -> None:
    @contextmanager
    def opened(door: Door) -> Iterator[DoorService]:
        yield DoorService()

    assert problem(opened)[1] == "is a generator function, and services are opened without blocking"


def test_a_context_manager_that_does_not_say_what_it_yields_is_accepted() -> None:
    @asynccontextmanager
    async def opened(door: Door) -> AsyncGenerator:  # type: ignore[type-arg]  # what is looked at
        yield DoorService()

    assert is_opened(assembled(opened).capabilities["bell"].implementation)
