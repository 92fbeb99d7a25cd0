"""Annotations of classes whose methods are named as types: from Python 3.14 on they are evaluated when the methods are there."""

import datetime as dt
from typing import Any, Protocol

import pytest

from plures.application import Application, Capability, assemble
from plures.contract import ContractError, Message, Unresolvable, annotations_of, contract, query, signature_of
from plures.errors import InvalidInput


class Item(Message):
    name: str


class Missing(ContractError, status="not_found"):
    """There is none."""

    item: Item


# Each method whose name is a type comes last: an older Python takes the name for the method from there on.
@contract("late.items.v1", owner="tests")
class Items(Protocol):
    @query(errors=[Missing])
    async def named(self, names: list[str], marks: tuple[bytes, ...] = ()) -> dict[str, Item]: ...
    @query()
    async def bytes(self) -> bytes: ...
    @query()
    async def list(self) -> list[Item]: ...


class ItemsService(Items):
    def __init__(self) -> None: ...
    async def named(self, names: list[str], marks: tuple[bytes, ...] = ()) -> dict[str, Item]:
        return {name: Item(name) for name in names}

    async def bytes(self) -> bytes:
        return b""

    async def list(self) -> list[Item]:
        return []


class Diary:
    def on(self, days: list[dt.date]) -> list[Item]:
        return [Item(str(day)) for day in days]

    def list(self) -> list[Item]:
        return []


class Nameless:
    def find(self, names: list[str], at: "NotThere") -> list[str]:  # noqa: F821
        return [*names, str(at)]

    def list(self) -> list[str]:
        return []


def test_a_contract_and_its_service_mean_the_types() -> None:
    assembly = assemble(Application("late", [Capability(Items, ItemsService)]))
    assert assembly.capabilities["items"].contract.operations.keys() == {"named", "bytes", "list"}
    assert annotations_of(Items.list) == {"return": list[Item]}
    assert annotations_of(Items.bytes) == {"return": bytes}
    assert annotations_of(Items.named)["names"] == list[str]


def test_a_class_that_exists_does_too() -> None:
    assembly = assemble(Application("late", [Capability.wrap(Diary, name="late.diary.v1", owner="tests")]))
    assert assembly.capabilities["diary"].contract.operations.keys() == {"on", "list"}


def test_a_name_that_is_not_there_is_told_and_not_the_method() -> None:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("late", [Capability.wrap(Nameless, name="late.nameless.v1", owner="tests")]))
    assert "annotation cannot be resolved: name 'NotThere' is not defined" in str(caught.value)
    with pytest.raises(Unresolvable, match="NotThere"):
        annotations_of(Nameless.find)
    assert list(signature_of(Nameless.find).parameters) == ["self", "names", "at"]


@pytest.mark.parametrize("nothing", [7, object()])
def test_what_has_no_annotations_is_told_apart_from_what_has_none_now(nothing: Any) -> None:
    with pytest.raises(TypeError, match="no class and no function"):
        annotations_of(nothing)
    assert annotations_of(object.__init__) == {}
