"""The same request has the same canonical JSON, and another request another."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import pytest

from plures import Message, command, contract
from plures.contract import canonical, read_contract


class Tea(Message):
    name: str
    grams: float = 100.0


class Cup(Message):
    colour: str = "white"


@dataclass(frozen=True)
class Box:
    content: Tea | Cup
    notes: tuple[str, ...] = ()


@contract("parts.post.v1", owner="tests")
class Post(Protocol):
    @command()
    async def send(
        self, boxes: tuple[Box, ...], weight: float, price: Decimal, to: str | None = None, tea: Tea | None = None
    ) -> None: ...


def newer() -> type:
    """The same, where every part has got one more field."""

    class Tea(Message):
        name: str
        grams: float = 100.0
        origin: str | None = None

    class Cup(Message):
        colour: str = "white"
        chips: int = 0

    @dataclass(frozen=True)
    class Box:
        content: Tea | Cup
        notes: tuple[str, ...] = ()
        label: Tea | None = None

    @contract("parts.post.v1", owner="tests")
    class Post(Protocol):
        @command()
        async def send(  # noqa: PLR0917
            self,
            boxes: tuple[Box, ...],
            weight: float,
            price: Decimal,
            to: str | None = None,
            tea: Tea | None = None,
            stamps: tuple[int, ...] = (),
        ) -> None: ...

    return Post


def told(body: bytes, python: type = Post) -> bytes:
    """As a request that came over the wire."""
    codec = read_contract(python)[0].operations["send"].request
    return canonical(codec, codec.decode(body))


PLAIN = b'{"boxes":[{"content":{"tea":{"name":"Assam","grams":250}}}],"weight":1.0,"price":"2.50"}'


@pytest.mark.parametrize(
    "spelled",
    [
        b'{"price":"2.50","weight":1,"boxes":[{"content":{"tea":{"grams":250.0,"name":"Assam"}},"notes":[]}]}',
        b'{"price":"2.50","weight":1,"boxes":[{"content":{"tea":{"grams":250.0,"name":"Assam"}}}],"to":null}',
    ],
)
def test_spelling_makes_no_difference(spelled: bytes) -> None:
    assert told(spelled) == told(PLAIN) == told(PLAIN, newer())


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(b"Assam", b"assam"),
        PLAIN.replace(b"250", b"100"),
        PLAIN.replace(b"2.50", b"2.51"),
        PLAIN.replace(b"]", b',{"content":{"cup":{}}}]'),
        PLAIN.replace(b"}", b',"to":""}', 4).replace(b',"to":""', b"", 3),
    ],
)
def test_values_make_a_difference(other: bytes) -> None:
    assert told(other) != told(PLAIN)


def test_members_of_a_union_differ_also_without_fields() -> None:
    with_cup = b'{"boxes":[{"content":{"cup":{}}}],"weight":1,"price":"1"}'
    assert b'"cup"' in told(with_cup)


def test_a_whole_number_for_a_float_is_the_same_in_process_and_over_the_wire() -> None:
    operation: Any = read_contract(Post)[0].operations["send"]
    request = operation.request_of((), 1, Decimal(1), tea=Tea("Assam", 7))
    body = b'{"boxes":[],"weight":1,"price":"1","tea":{"name":"Assam","grams":7}}'
    assert canonical(operation.request, request) == told(body)
