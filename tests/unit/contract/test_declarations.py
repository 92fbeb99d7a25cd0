"""Declarations that look harmless, and would differ by placement or end in a traceback."""

import math
from collections.abc import AsyncIterator
from typing import Annotated, Any, Protocol

import pytest

from plures import ContractError, Headers, Meta, command, contract, query
from plures.contract import MOST_MESSAGE_BYTES, cache_control, read_contract


class Gone(ContractError):
    """It is gone."""


def another_gone() -> type[ContractError]:
    return type("Gone", (ContractError,), {"__doc__": "Another one is gone."})


class Narrow(Gone):
    """A field of the base, said again."""

    who: str


class Narrower(Narrow):
    """The same field once more."""

    who: str


def rules(declared: type) -> list[str]:
    return [violation.code for violation in read_contract(declared)[1]]


def test_two_errors_of_one_name_are_refused() -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(errors=[Gone, another_gone()])
        async def get(self) -> str: ...

    assert rules(Things) == ["contract.error_name"]


@pytest.mark.parametrize("error", [ValueError, str, 5, ContractError, Gone()])
def test_only_declared_errors_can_be_raised_to_a_caller(error: Any) -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(errors=[Gone, error])
        async def get(self) -> str: ...

    assert rules(Things) == ["contract.error_class"]


@pytest.mark.parametrize("deadline_s", [0, -1, math.inf, math.nan])
def test_deadlines_are_lengths_of_time(deadline_s: float) -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(deadline_s=deadline_s)
        async def get(self) -> str: ...

    assert rules(Things) == ["contract.deadline"]


@pytest.mark.parametrize("name", ["max_request_bytes", "max_response_bytes"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (0, "it is no number of bytes"),
        (-1, "it is no number of bytes"),
        (True, "it is no number of bytes"),
        (1e6, "it is no number of bytes"),
        ("1 MiB", "it is no number of bytes"),
        (MOST_MESSAGE_BYTES + 1, "a listener takes no message of more than 16,777,216 bytes"),
    ],
)
def test_limits_are_bytes_that_a_listener_takes(name: str, value: Any, problem: str) -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(**{name: value})
        async def get(self) -> str: ...

        @command(**{name: MOST_MESSAGE_BYTES})
        async def put(self) -> None: ...

    [violation] = read_contract(Things)[1]
    assert (violation.code, violation.where) == ("contract.message_limit", "Things.get")
    assert violation.what == f"{name}={value!r}: {problem}"


@pytest.mark.parametrize(
    "annotation",
    ["math.Nothing", "int |", "Nowhere", "int | 'str'", "{}['x']", "1 / 0", "math.sqrt(-1)", "__import__('re').compile('(')"],
)  # fmt: skip
def test_annotations_that_name_nothing_are_violations(annotation: str) -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query()
        async def get(self, name: str) -> str: ...

    Things.get.__annotations__["name"] = annotation
    assert "contract.undeclared_type" in rules(Things)


def test_an_error_may_say_a_field_of_its_base_again() -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(errors=[Narrower])
        async def get(self) -> str: ...

    description, violations = read_contract(Things)
    assert violations == []
    assert [field.name for field in description.operations["get"].errors[0].codec.message.fields] == ["who"]


def test_a_contract_has_the_operations_of_its_base() -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query()
        async def get(self) -> str: ...

    @contract("shop.more_things.v1", owner="tests")
    class MoreThings(Things, Protocol):
        @query()
        async def get_more(self) -> str: ...

    description, violations = read_contract(MoreThings)
    assert violations == []
    assert [o.full_name for o in description.operations.values()] == [
        "shop.more_things.v1.MoreThings/Get",
        "shop.more_things.v1.MoreThings/GetMore",
    ]


def test_keys_are_texts_of_idempotent_commands() -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @command(idempotent=True, key="key")
        async def plain(self, key: str) -> None: ...
        @command(idempotent=True, key="key")
        async def bounded(self, key: Annotated[str, Meta(max_length=36)] | None = None) -> None: ...
        @command(key="key")
        async def not_idempotent(self, key: str) -> None: ...
        @command(idempotent=True, key="other")
        async def missing(self, key: str) -> None: ...
        @command(idempotent=True, key="key")
        async def a_number(self, key: int) -> None: ...
        @command(idempotent=True, key="key")
        def a_stream(self, key: str) -> AsyncIterator[int]: ...

    assert rules(Things) == ["contract.key"] * 4


class Freshness(Headers):
    cache_control: str


class Reader(Headers):
    locale: str = "en"


@pytest.mark.parametrize(
    "declared",
    [
        {"cache_s": -1}, {"cache_s": 0.5}, {"cache_s": True}, {"cache_s": "60"}, {"cache_s": 2**31},
        {"cache_s": 60, "cache": "shared"}, {"cache": "public"}, {"cache_s": 60, "headers": Freshness},
    ],
)  # fmt: skip
def test_what_no_cache_could_keep_is_refused(declared: dict[str, Any]) -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(**declared)
        async def find(self) -> str: ...

    assert rules(Things) == ["contract.cache"]


def test_a_stream_is_kept_by_none_and_what_headers_decide_by_no_shared_cache() -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(cache_s=60)
        def all(self) -> AsyncIterator[str]: ...

        @query(cache_s=60, cache="public")
        async def find(self, reader: Reader = Reader()) -> str: ...  # noqa: B008 - immutable

        @query(cache_s=60)
        async def find_mine(self, reader: Reader = Reader()) -> str: ...  # noqa: B008 - immutable

    assert rules(Things) == ["contract.cache", "contract.cache"]


def test_what_caches_are_told_is_in_the_words_of_http() -> None:
    @contract("shop.things.v1", owner="tests")
    class Things(Protocol):
        @query(cache_s=60, cache="public")
        async def find(self) -> str: ...

        @query(cache_s=5)
        async def mine(self) -> str: ...

        @query()
        async def stock(self) -> str: ...

    operations = read_contract(Things)[0].operations
    told = {name: cache_control(each.declaration.cache_s, each.declaration.cache) for name, each in operations.items()}
    assert told == {"find": "public, max-age=60", "mine": "private, max-age=5", "stock": ""}
