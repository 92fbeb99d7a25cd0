"""A type that cannot cross is named for what it is, in the words of the library that it comes from, with what to do."""

import decimal
import enum
import fractions
import io
import ipaddress
import pathlib
import typing
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import AsyncIterator, Generator, Iterable, Mapping, MutableSequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, Protocol, TypeVar

import annotated_types
import msgspec
import pydantic
import pydantic.v1
import pytest
import typing_extensions
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, declarative_base, mapped_column

from plures import ContractError, Message, Meta, contract, query
from plures.contract import read_contract
from plures.errors import Violation

T = TypeVar("T")


class Model(pydantic.BaseModel):
    a: int


class GenericModel(pydantic.BaseModel, Generic[T]):
    a: T


@pydantic.dataclasses.dataclass
class PydanticDataclass:
    a: int


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "row"
    id: Mapped[int] = mapped_column(primary_key=True)


class DataclassRow(MappedAsDataclass, Base):
    __tablename__ = "other_row"
    id: Mapped[int] = mapped_column(primary_key=True)


Older: Any = declarative_base()


class OlderRow(Older):
    __tablename__ = "older_row"
    id: Mapped[int] = mapped_column(primary_key=True)


class DjangoModel:
    """Stands for the base class of Django's models."""


DjangoModel.__name__, DjangoModel.__module__ = "Model", "django.db.models.base"


class DjangoRow(DjangoModel):
    pass


class Queries:
    """Stands for a queryset of Django."""


Queries.__name__, Queries.__module__ = "QuerySet", "django.db.models.query"


class AttrsClass:
    """Stands for a class with the decorator of attrs."""

    __attrs_attrs__ = ()


class Entries(typing.TypedDict):
    a: int


class OtherEntries(typing_extensions.TypedDict):
    a: int


class Pair(NamedTuple):
    a: int


class Plain:
    def __init__(self, a: int) -> None:
        self.a = a


class Struct(msgspec.Struct):
    a: int


class Gone(ContractError):
    """It is gone."""


class Rights(enum.Flag):
    READ = 1


class UserId(str):
    __slots__ = ()


class Money(decimal.Decimal):
    pass


@dataclass
class Changeable:
    a: int


class Named(Message):
    a: int


@contract("shop.others.v1", owner="tests")
class Others(Protocol):
    @query()
    async def get(self) -> str: ...


def violations(annotation: Any) -> list[Violation]:
    """What is said of an operation with a parameter of this type."""

    class Subject(Protocol):
        async def ask(self, value): ...

    Subject.ask.__annotations__ = {"value": annotation, "return": None}
    query()(Subject.ask)
    return read_contract(contract("a.b.v1", owner="x")(Subject))[1]


@pytest.mark.parametrize(
    ("annotation", "what", "fix"),
    [
        (pydantic.v1.BaseModel, "BaseModel is a model of pydantic 1", "pydantic 2"),
        (GenericModel, "GenericModel is open", "concrete type"),
        (pydantic.RootModel[int], "this pydantic model is a RootModel", "RootModel[int]Answer"),
        (Queries, "Queries is a query of Django", "list[T]"),
        (Generator[str, None, None], "is used up where it is made", "AsyncIterator[T]"),
        (io.StringIO, "StringIO is an open file", "bytes"),
        (typing.TextIO, "TextIO is an open file", "bytes"),
        (pydantic.SecretStr, "SecretStr is a secret of pydantic", "Settings"),
        (pydantic.Secret[int], "is a secret of pydantic", "Settings"),
        (pydantic.NaiveDatetime, "NaiveDatetime is a datetime without a time zone", "AwareDatetime"),
        (pydantic.HttpUrl, "HttpUrl is a type of pydantic's own", "such as str of an address"),
        (Row, "Row is mapped to a table", "inside of the service"),
        (OlderRow, "OlderRow is mapped to a table", "inside of the service"),
        (DataclassRow, "DataclassRow is mapped to a table", "inside of the service"),
        (DjangoRow, "DjangoRow is mapped to a table", "inside of the service"),
        (Session, "Session is a class of sqlalchemy.orm.session", "not yours"),
        (AttrsClass, "AttrsClass is an attrs class", "@dataclass(frozen=True)"),
        (Entries, "Entries is a TypedDict", "Entries(**entries)"),
        (OtherEntries, "OtherEntries is a TypedDict", "Message"),
        (Pair, "Pair is a named tuple", "Pair(**row._asdict())"),
        (Plain, f"Plain is a class of {__name__} that declares no fields", "Message"),
        (Struct, "Struct is a msgspec.Struct", "Message of Plures"),
        (Others, "Others is a contract", "constructor"),
        (Gone, "Gone is a declared error", "errors=[Gone]"),
        (ValueError, "ValueError is an exception", "ContractError"),
        (Rights, "Rights is a Flag", "tuple[Rights, ...]"),
        (UserId, "UserId is a class of its own, and would arrive as str", "NewType('UserId', str)"),
        (Money, "Money is a class of its own, and would arrive as Decimal", "NewType('Money', Decimal)"),
        (pathlib.Path, "Path of the module pathlib", "str"),
        (ipaddress.IPv4Address, "IPv4Address of the module ipaddress", "str"),
        (fractions.Fraction, "Fraction of the module fractions", "str"),
        (Literal["a", 1], "Literal['a', 1] cannot cross", "Enum"),
        (type(None), "NoneType cannot cross", "T | None"),
        (tuple, "tuple cannot cross", "tuple[T, ...]"),
        (MutableSequence[str], "MutableSequence[str] cannot cross", "tuple[T, ...]"),
        (Iterable[str], "Iterable[str] cannot cross", "tuple[T, ...]"),
        (AsyncIterator[str], "AsyncIterator[str] is used up", "tuple[T, ...]"),
        (Mapping, "Mapping cannot cross", "dict[str, T]"),
        (list, "list cannot cross", "tuple[T, ...]"),
        (deque[int], "deque[int] cannot cross", "tuple[T, ...]"),
        (defaultdict[str, int], "defaultdict[str, int] cannot cross", "dict[str, T]"),
        (OrderedDict[str, int], "OrderedDict[str, int] cannot cross", "dict[str, T]"),
        (Counter[str], "Counter[str] cannot cross", "dict[str, T]"),
        (Annotated[int, annotated_types.Gt(0)], "Gt(gt=0) is of another library", "Meta("),
        (pydantic.PositiveInt, "Gt(gt=0) is of another library", "Meta("),
        (Annotated[str, pydantic.Field(max_length=3)], "is of another library", "Meta("),
    ],
)
def test_what_was_given_is_named_with_what_to_do(annotation: Any, what: str, fix: str) -> None:
    [violation] = violations(annotation)
    assert (what in violation.what, fix in violation.fix) == (True, True), str(violation)


@pytest.mark.parametrize(
    "annotation",
    [Row | None, Row | Named, Row | str, tuple[Row, ...], list[Row], dict[str, Row], Annotated[Row, "a note"]],
)
def test_it_is_named_inside_of_other_types(annotation: Any) -> None:
    assert "Row is mapped to a table" in "".join(violation.what for violation in violations(annotation))


def test_items_of_a_container_that_cannot_cross_are_told_of_at_once() -> None:
    assert [violation.what.split(",")[0] for violation in violations(set[Row])] == [
        "Row is mapped to a table",
        f"set[{__name__}.Row] cannot cross",
    ]


@pytest.mark.parametrize(
    "annotation",
    [Annotated[int, annotated_types.Gt(0), Meta(gt=0)], Annotated[int, "a note"], Annotated[int, annotated_types.doc("x")]],
)  # fmt: skip
def test_what_else_is_said_of_a_type_is_not_ours(annotation: Any) -> None:
    assert violations(annotation) == []


def test_one_frozen_dataclass_serves_a_contract_and_pydantic() -> None:
    @pydantic.dataclasses.dataclass(frozen=True)
    class Both:
        a: int

    assert violations(Both) == []
