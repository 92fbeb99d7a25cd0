"""Declared headers: which classes may be, all that is wrong with one at once, and how values are written in lines and read again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Protocol

import pytest

from plures import AnyHeaders, AnyMessage, Headers, Message, Meta, command, contract, query
from plures.contract import HeadersType, Malformed, read_contract


class Colour(Enum):
    RED = 1
    BLUE = 2


class Every(Headers):
    text: str
    number: int = 0
    share: float = 0.0
    is_whole: bool = False
    data: bytes = b""
    at: datetime = datetime(2031, 1, 1, tzinfo=UTC)
    colour: Colour = Colour.RED
    order: Literal["asc", "desc"] = "asc"
    tags: tuple[str, ...] = ()
    blobs: tuple[bytes, ...] = ()
    bounded: Annotated[int, Meta(ge=1)] | None = None


class Plain(Message):
    text: str = ""


class Reserved(Headers):
    host: str = ""
    content_length: int = 0
    connect_timeout_ms: int = 0
    x_request_id: str = ""
    trailer_x: str = ""
    authorization: str = ""


class Nested(Headers):
    inner: Plain
    table: dict[str, str]
    any: AnyMessage
    note_bin: str


def _type_of(kind: Any) -> HeadersType:
    @contract("lab.one.v1", owner="tests")
    class One(Protocol):
        @query(headers=kind)
        async def ask(self) -> str: ...

    read, violations = read_contract(One)
    assert not violations
    beside = read.operations["ask"].beside
    assert beside is not None
    assert beside.answer is not None
    return beside.answer


EVERY = _type_of(Every)


def test_each_type_has_a_line_and_comes_back() -> None:
    value = Every(
        "a b", -(2**60), 0.1, True, b"\x00\xff", datetime(2031, 2, 3, 4, 5, 6, 7, UTC), Colour.BLUE, "desc", ("x", "y"), (b"\x01",), 3
    )  # fmt: skip
    pairs = EVERY.pairs(value)
    assert dict(pairs)["data-bin"] == "AP8"
    assert [text for name, text in pairs if name == "tags"] == ["x", "y"]
    assert (dict(pairs)["is-whole"], dict(pairs)["colour"], dict(pairs)["order"]) == ("true", "BLUE", "desc")
    assert EVERY.read(pairs) == value
    assert EVERY.read((*pairs, ("x-unknown", "passed over"))) == value


def test_lines_that_proxies_have_joined() -> None:
    # Base64 has no comma, so that joined lines of bytes can be told apart; a text may have one.
    read = EVERY.read([("text", "a, b"), ("blobs-bin", "AQ==, Ag"), ("blobs-bin", "Aw")])
    assert (read.text, read.blobs) == ("a, b", (b"\x01", b"\x02", b"\x03"))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([("text", "a"), ("at", "today")], "at"),
        ([("text", "a"), ("text", "b")], "it came 2 times"),
        ([("text", "a"), ("number", "1.5")], "number"),
        ([("text", "a"), ("is-whole", "yes")], "expected true or false"),
        ([("text", "a"), ("data-bin", "?")], "not base64"),
        ([("text", "a"), ("order", "up")], "expected 'asc' or 'desc'"),
        ([("text", "a"), ("bounded", "0")], "bounded"),
    ],
)
def test_lines_that_say_something_else(lines: list[tuple[str, str]], problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        EVERY.read(lines)


def test_no_line_of_its_own_is_no_value() -> None:
    assert EVERY.read([("x-other", "1")]) is None
    assert _type_of(AnyHeaders).read([("content-type", "text/plain"), ("connection", "close")]) is None


@pytest.mark.parametrize("text", ["a\r\nb: c", "a\nb", "a\x00", "é", " a", "a ", "\t", "a\x7f"], ids=repr)
@pytest.mark.parametrize("kind", ["typed", "any"])
def test_what_would_be_another_header_is_refused(text: str, kind: str) -> None:
    with pytest.raises(Malformed, match="visible ASCII"):
        if kind == "typed":
            EVERY.pairs(Every(text))
        else:
            _type_of(AnyHeaders).pairs(AnyHeaders.of([("x-text", text)]))


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ([("", "a")], "no name"),
        ([("x y", "a")], "no name"),
        ([("x:y", "a")], "no name"),
        ([("x\r\ny", "a")], "no name"),
        ([("Host", "a")], "belongs to HTTP"),
        ([("trailer-x", "a")], "belongs to HTTP"),
        ([("x-bin", "?")], "not base64"),
        ([("x", "a")] * 65, "at most 64"),
        ([("x", "a" * 8200)], "at most 8,192"),
    ],
)
def test_pairs_that_may_not_be_sent(pairs: list[tuple[str, str]], problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        _type_of(AnyHeaders).pairs(AnyHeaders.of(pairs))


def test_all_that_is_wrong_is_said_at_once() -> None:
    @contract("lab.wrong.v1", owner="tests")
    class Wrong(Protocol):
        @query(headers=Reserved, trailers=Nested)
        async def ask(self, first: Every, second: AnyHeaders) -> str: ...
        @command(idempotent=True, key="key", headers=Every)
        async def remember(self, key: str) -> str: ...
        @query(headers=Plain)
        def stream(self) -> AsyncIterator[str]: ...
        @query(trailers=Headers)
        async def again(self, reserved: Reserved) -> str: ...

    found = [f"{each.where}: {each.what}" for each in read_contract(Wrong)[1]]
    for name in ("host", "content-length", "connect-timeout-ms", "x-request-id", "trailer-x", "authorization"):
        assert sum(f"the header {name!r} belongs to" in each for each in found) == 1
    for expected in (
        "Wrong.ask: first and second are all headers of the request",
        "Nested.inner: the type has no form in one line",
        "Nested.table: the type has no form in one line",
        "Nested.any: the type has no form in one line",
        "Nested.note_bin: the header 'note-bin' would be taken for bytes",
        "Wrong.remember: a command with the key 'key' is answered from memory",
        "Wrong.stream headers: Plain is no class of headers",
        "Wrong.again trailers: Headers is no class of headers",
    ):
        assert any(each.startswith(expected) for each in found), (expected, found)


def test_a_parameter_that_is_headers_is_no_field_of_the_request() -> None:
    @contract("lab.takes.v1", owner="tests")
    class Takes(Protocol):
        @query()
        async def ask(self, text: str, headers: Every, most: int = 3) -> str: ...

    read, violations = read_contract(Takes)
    operation = read.operations["ask"]
    assert not violations
    assert [field.name for field in operation.request.message.fields] == ["text", "most"]
    assert operation.headers_of("x", Every("y"), 4) == Every("y")
    assert operation.request_of("x", Every("y"), 4).most == 4
