"""Requests that are drawn for tests of contracts are ones that the contract allows, and those beside them are not; in each type that may cross."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from plures import Message, Meta
from plures.contract import AnyMessage, Duration, Malformed, Timestamp, read_message
from plures.trials.generating import Generator, outside, respelled


class Mood(Enum):
    GOOD = 0
    BAD = 1


class Leaf(Message):
    name: Annotated[str, Meta(min_length=2, max_length=5)]
    code: Annotated[str, Meta(pattern="^[A-Z]{2}[0-9]+$", max_length=20)] | None = None


class Branch(Message):
    left: "Leaf | Branch"
    more: tuple["Branch", ...] = ()


class Model(BaseModel):
    price: float = Field(gt=0, le=10)
    name: str = Field(min_length=1)


class Everything(Message):
    whole: Annotated[int, Meta(ge=-3, le=3)]
    step: Annotated[int, Meta(ge=10, multiple_of=5)]
    ratio: Annotated[float, Meta(gt=0, lt=1)]
    any_float: float
    price: Annotated[Decimal, Meta(ge=0, le=100)]
    flag: bool
    raw: bytes
    key: UUID
    day: date
    clock: time
    at: datetime
    took: timedelta
    moment: Timestamp
    length: Duration
    anything: AnyMessage
    mood: Mood
    choice: Literal["a", "b"]
    leaf: Leaf
    model: Model
    branch: Branch
    point: tuple[float, int]
    by_name: dict[str, Leaf]
    items: Annotated[tuple[Leaf, ...], Meta(min_length=1, max_length=3)]
    names: list[str] = []  # noqa: RUF012 - msgspec copies it
    note: str | None = None


CODEC, VIOLATIONS = read_message(Everything, "everything")


def fields(*, full: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    assert CODEC is not None
    return Generator({"note": ["known"]}, full=full).fields(CODEC.message, "Everything")


@settings(deadline=None, max_examples=60)
@given(fields() | fields(full=True))
def test_what_is_drawn_is_allowed_and_so_is_its_other_spelling(values: dict[str, Any]) -> None:
    assert CODEC is not None
    value = CODEC.message.make(values)
    body = CODEC.encode_checked(value)
    again = CODEC.decode(body)
    assert CODEC.encode(again) == body
    other = json.dumps(respelled(CODEC.message, json.loads(body))).encode()
    assert other != body
    assert CODEC.encode(CODEC.decode(other)) == body


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.filter_too_much])
@given(fields(full=True))
def test_what_is_beside_it_is_refused(values: dict[str, Any]) -> None:
    assert CODEC is not None
    body = json.loads(CODEC.encode(CODEC.message.make(values)))
    found = list(outside(CODEC, body))
    for each in found:
        with pytest.raises(Malformed):
            CODEC.decode(json.dumps(each.body).encode())
    places = {each.where for each in found}
    assert {
        "whole",
        "step",
        "ratio",
        "price",
        "mood",
        "choice",
        "leaf.name",
        "leaf.code",
        "items",
        "items[0].name",
        "at",
        "point",
    } <= places
