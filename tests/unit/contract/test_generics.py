"""Concrete generic messages: they cross like any other message, under a name of their own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, NewType, Protocol, TypeVar

import pytest

from plures import Message, Meta, contract, query
from plures.contract import Codec, read_contract
from plures.contract.generics import name_of
from plures.contract.type_reader import TypeReader

T = TypeVar("T")
U = TypeVar("U")


class Item(Message):
    name: str
    price: Decimal = Decimal(0)


class Tag(Message):
    text: str


class Page(Message, Generic[T]):
    items: tuple[T, ...]
    next_key: str | None = None


@dataclass(frozen=True)
class Pair(Generic[T, U]):
    first_one: T
    second_one: U


class Stamped(Page[T], Generic[T], kw_only=True):
    at: datetime


class Narrow(Page[Item], kw_only=True):
    size: int


class Reused(Page[Tag], Generic[T], kw_only=True):
    extra: T


class Tree(Message, Generic[T]):
    value: T
    below: "tuple[Tree[T], ...]" = ()


class Endless(Message, Generic[T]):
    below: "Endless[tuple[T, ...]] | None" = None


class Catalogue(Message):
    page: Page[Item]
    shown: Page[Tag] | Pair[int, Tag]
    pages: tuple[Page[Item], ...] = ()


ITEM, TAG, NOON = Item("tea"), Tag("new"), datetime(2026, 1, 1, tzinfo=UTC)
Sku = NewType("Sku", str)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Page[Item], Page((ITEM,), "k")),
        (Page[Page[Item]], Page((Page((ITEM,)),))),
        (Page[int], Page((1, 2**60))),
        (Page[datetime], Page((NOON,))),
        (Pair[Item, Tag], Pair(ITEM, TAG)),
        (Pair[int, Page[Tag]], Pair(1, Page((TAG,)))),
        (Pair[Item | None, Annotated[int, Meta(ge=1)]], Pair(None, 1)),
        (Stamped[Item], Stamped((ITEM,), at=NOON)),
        (Narrow, Narrow((ITEM,), size=1)),
        (Reused[Item], Reused((TAG,), extra=ITEM)),
        (Tree[Item], Tree(ITEM, (Tree(ITEM),))),
        (Tree[datetime], Tree(NOON, (Tree(NOON),))),
        (Catalogue, Catalogue(Page((ITEM,)), Pair(1, TAG), (Page(()),))),
        (Catalogue, Catalogue(Page((ITEM,)), Page((TAG,)))),
    ],
)
def test_generic_messages_cross(annotation: Any, value: object) -> None:
    reader = TypeReader()
    message = reader.message(annotation)
    assert reader.violations == []
    fast, exact = Codec(message), Codec(message, exact=True)
    assert fast.encode(value) == exact.encode(value) == fast.encode_checked(value)
    assert fast.decode(fast.encode(value)) == exact.decode(fast.encode(value)) == value


def test_a_union_names_its_generic_members() -> None:
    codec = Codec(TypeReader().message(Catalogue))
    assert codec.encode(Catalogue(Page(()), Pair(1, TAG))) == (
        b'{"page":{"items":[]},"shown":{"pairOfIntAndTag":{"firstOne":1,"secondOne":{"text":"new"}}},"pages":[]}'
    )


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (Page[Item], "PageOfItem"),
        (Page[Page[Item]], "PageOfPageOfItem"),
        (Pair[int, Sku], "PairOfIntAndSku"),
        (Page[tuple[int, ...]], "PageOfIntTuple"),
        (Page[int | None], "PageOfOptionalInt"),
        (Page[Item | Tag], "PageOfItemOrTag"),
        (Page[Annotated[int, Meta(ge=1)]], "PageOfInt"),
    ],
)
def test_names_of_generic_messages(annotation: Any, name: str) -> None:
    assert name_of(annotation) == name


@contract("lab.generic.v1", owner="lab")
class Shop(Protocol):
    @query()
    async def find(self, pair: Pair[Item, Tag]) -> Page[Item]: ...

    @query()
    async def either(self) -> Page[Item] | Tag: ...


def test_a_generic_message_is_answered_as_itself() -> None:
    description, violations = read_contract(Shop)
    assert violations == []
    find, either = description.operations.values()
    assert (find.wraps_answer, find.answer.message.json_schema()["title"]) == (False, "PageOfItem")
    assert either.wraps_answer


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (Page, "Page is open"),
        (Page[T], "T is open"),
        (Page[set[int]], "set[int] cannot cross"),
        (Page[int | None], "cannot hold null"),
        (Endless[int], "Endless nests itself in ever new types"),
        (tuple[Page[Item] | Page[Tag], ...], "are of one class"),
        (Page[Annotated[int, {}]], "is not a type that can cross"),
    ],
)
def test_what_is_not_concrete_is_refused_by_name(annotation: Any, says: str) -> None:
    reader = TypeReader()
    reader.read(annotation, "here")
    assert any(says in violation.what for violation in reader.violations), reader.violations
