"""Models of pydantic whose values would not arrive as they were sent: refused, with what it is in them."""

from typing import Any

import pydantic
import pytest
from pydantic import AliasPath, BaseModel, ConfigDict, Field

from plures.contract.type_reader import TypeReader


def problems_of(python: Any) -> list[str]:
    reader = TypeReader()
    reader.message(python)
    return [violation.what for violation in reader.violations]


class Private(BaseModel):
    a: int
    _seen: int = 0


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


class Hidden(BaseModel):
    a: int
    password: str = Field("", exclude=True)


class Deep(BaseModel):
    a: int = Field(validation_alias=AliasPath("x", 0))


class Parsed(BaseModel):
    a: pydantic.Json[list[int]]


class Root(pydantic.RootModel[list[int]]):
    pass


class Unresolved(BaseModel):
    a: "Missing"  # type: ignore[name-defined]  # noqa: F821 - that is the point


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (Private, "this pydantic model has private attributes (_seen), which would not arrive"),
        (Extra, 'this pydantic model keeps extra fields (extra="allow"), which have no type'),
        (Hidden, "this pydantic model leaves password out of what it writes (exclude=True)"),
        (Deep, "this pydantic model reads a from a path within its input (AliasPath)"),
        (Parsed, "this pydantic model reads a from text with JSON in it (Json), and would get what that stands for"),
        (Root, "this pydantic model is a RootModel, which has no fields with names"),
    ],
)
def test_what_would_not_arrive_is_refused(model: type, problem: str) -> None:
    assert problem in problems_of(model)


def test_a_model_with_a_name_that_nothing_has_is_refused() -> None:
    [problem] = problems_of(Unresolved)
    assert "cannot be resolved" in problem
