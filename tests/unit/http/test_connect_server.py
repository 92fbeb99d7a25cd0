"""Requests that the Connect protocol has rules for, and how each is refused. The codes are those of the official conformance suite."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from plures import command, contract, query
from plures.contract import read_contract
from plures.http import ConnectServer, Request, Response
from plures.runtime import Deadlines, Dispatcher
from plures.runtime.connect import KNOWN, PREFIX, envelope


@contract("lab.counter.v1", owner="tests")
class Counter(Protocol):
    @query(deadline_s=30)
    async def double(self, value: int) -> int: ...

    @command(deadline_s=30)
    async def add(self, value: int) -> int: ...

    @query(deadline_s=30)
    def up_to(self, value: int) -> AsyncIterator[int]: ...


class CounterService:
    async def double(self, value: int) -> int:
        return 2 * value

    async def add(self, value: int) -> int:
        return value

    async def up_to(self, value: int) -> AsyncIterator[int]:
        for number in range(value):
            yield number


CONTRACT, _ = read_contract(Counter)
DOUBLE, ADD, UP_TO = "/lab.counter.v1.Counter/Double", "/lab.counter.v1.Counter/Add", "/lab.counter.v1.Counter/UpTo"
BODY = b'{"value":2}'
PACKED = gzip.compress(BODY)
ACCEPTED = ", ".join(KNOWN).encode()
UNARY, STREAM = {"content-type": "application/json"}, {"content-type": "application/connect+json"}


@pytest.fixture
async def server() -> AsyncIterator[ConnectServer]:
    deadlines = Deadlines()
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(CONTRACT.operations, CounterService())
    yield ConnectServer(dispatcher)
    deadlines.close()


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"", query: bytes = b"") -> Request:
    return Request(method, path, query, {name.encode(): value.encode() for name, value in headers.items()}, body)


async def outcome(server: ConnectServer, asked: Request) -> tuple[Response, object]:
    """The response, and the code of its error, or what was answered."""
    response = await server(asked)
    if response.chunks is not None:
        chunks = [chunk async for chunk in response.chunks]
        return response, [json.loads(chunk[PREFIX.size :]) for chunk in chunks[:-1]]
    body = response.body[PREFIX.size :] if response.content_type == b"application/connect+json" else response.body
    told = json.loads(body)
    return response, told.get("error", told).get("code", told)


@pytest.mark.parametrize(
    ("asked", "status", "header"),
    [
        (request("GET", ADD, UNARY, BODY), 405, (b"allow", b"POST")),
        (request("GET", UP_TO, STREAM, BODY), 405, (b"allow", b"POST")),
        (request("PUT", DOUBLE, UNARY, BODY), 405, (b"allow", b"GET, POST")),
        (request("POST", DOUBLE, STREAM, BODY), 415, (b"accept-post", b"application/json")),
        (request("POST", UP_TO, UNARY, BODY), 415, (b"accept-post", b"application/connect+json")),
        (
            request("POST", DOUBLE, {"content-type": "application/proto"}, BODY),
            415,
            (b"accept-post", b"application/json"),
        ),
        (request("POST", DOUBLE, {}, BODY), 415, (b"accept-post", b"application/json")),
        (request("POST", "/nothing", UNARY, BODY), 404, (b"plures-outcome", b"not sent")),
    ],
)
async def test_what_is_no_call_is_told_in_json(
    server: ConnectServer, asked: Request, status: int, header: tuple[bytes, bytes]
) -> None:
    response, code = await outcome(server, asked)
    expected = "unimplemented" if status == 404 else "unknown"
    assert (response.status, response.content_type, code) == (status, b"application/json", expected)
    assert header in response.headers
    assert (b"plures-outcome", b"not sent") in response.headers
    assert json.loads(response.body)["message"]


@pytest.mark.parametrize("value", ["2", "v1", "", "1.0"])
async def test_another_version_of_the_protocol_is_refused(server: ConnectServer, value: str) -> None:
    version = {"connect-protocol-version": value}
    response, code = await outcome(server, request("POST", DOUBLE, UNARY | version, BODY))
    assert (response.status, code) == (400, "invalid_argument")
    _, code = await outcome(server, request("POST", UP_TO, STREAM | version, envelope(BODY)))
    assert code == "invalid_argument"
    query = b"encoding=json&message=%7B%22value%22:2%7D&connect=v2"
    response, code = await outcome(server, request("GET", DOUBLE, {}, query=query))
    assert (response.status, code) == (400, "invalid_argument")


async def test_the_version_may_be_said_or_left_out(server: ConnectServer) -> None:
    for version in ({}, {"connect-protocol-version": "1"}):
        assert (await outcome(server, request("POST", DOUBLE, UNARY | version, BODY)))[1] == {"value": 4}
    for connect in (b"", b"&connect=v1"):
        query = b"encoding=json&message=%7B%22value%22:2%7D" + connect
        assert (await outcome(server, request("GET", DOUBLE, {}, query=query)))[1] == {"value": 4}


# Compression


@pytest.mark.parametrize("name", ["gzip", "GZIP", "Gzip"])
async def test_names_of_compressions_have_no_case(server: ConnectServer, name: str) -> None:
    unary = request("POST", DOUBLE, UNARY | {"content-encoding": name}, PACKED)
    assert (await outcome(server, unary))[1] == {"value": 4}
    stream = request("POST", UP_TO, STREAM | {"connect-content-encoding": name}, envelope(PACKED, 1))
    assert (await outcome(server, stream))[1] == [{"value": 0}, {"value": 1}]
    assert (await outcome(server, request("POST", DOUBLE, UNARY | {"content-encoding": "Identity"}, BODY)))[1] == {
        "value": 4
    }


async def test_a_message_of_a_stream_may_be_left_plain(server: ConnectServer) -> None:
    stream = request("POST", UP_TO, STREAM | {"connect-content-encoding": "gzip"}, envelope(BODY))
    assert (await outcome(server, stream))[1] == [{"value": 0}, {"value": 1}]


@pytest.mark.parametrize("flags", [0, 1])
async def test_an_unknown_compression_is_refused_and_the_known_one_named(server: ConnectServer, flags: int) -> None:
    response, code = await outcome(server, request("POST", DOUBLE, UNARY | {"content-encoding": "br"}, BODY))
    assert (response.status, code) == (501, "unimplemented")
    assert (b"accept-encoding", ACCEPTED) in response.headers
    assert (b"plures-outcome", b"not sent") in response.headers
    stream = request("POST", UP_TO, STREAM | {"connect-content-encoding": "br"}, envelope(BODY, flags))
    response, code = await outcome(server, stream)
    assert (response.status, code) == (200, "unimplemented")
    assert (b"connect-accept-encoding", ACCEPTED) in response.headers
    query = b"encoding=json&message=%7B%22value%22:2%7D&compression=br"
    response, code = await outcome(server, request("GET", DOUBLE, {}, query=query))
    assert (response.status, code) == (501, "unimplemented")
    assert (b"accept-encoding", ACCEPTED) in response.headers


async def test_the_whole_body_of_a_stream_is_never_compressed(server: ConnectServer) -> None:
    body = gzip.compress(envelope(BODY))
    response, code = await outcome(server, request("POST", UP_TO, STREAM | {"content-encoding": "gzip"}, body))
    assert code == "unimplemented"
    assert (b"connect-accept-encoding", ACCEPTED) in response.headers
    identity = request("POST", UP_TO, STREAM | {"content-encoding": "identity"}, envelope(BODY))
    assert (await outcome(server, identity))[1] == [{"value": 0}, {"value": 1}]


@pytest.mark.parametrize("encoding", [{}, {"connect-content-encoding": "identity"}])
async def test_a_compressed_message_needs_a_compression(server: ConnectServer, encoding: dict[str, str]) -> None:
    for body in (PACKED, BODY):
        assert (await outcome(server, request("POST", UP_TO, STREAM | encoding, envelope(body, 1))))[1] == "internal"


# The messages of a stream's request


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "unimplemented"),
        (envelope(BODY) * 2, "unimplemented"),
        (envelope(BODY) + b"\0", "unimplemented"),
        (envelope(BODY)[:-1], "invalid_argument"),
        (envelope(BODY)[:3], "invalid_argument"),
        (envelope(BODY, 2), "invalid_argument"),
        (envelope(BODY, 4), "invalid_argument"),
        (b"\0\xff\xff\xff\xff", "invalid_argument"),
    ],
    ids=["none", "two", "a tail", "cut off", "cut off early", "an end", "a flag", "too long"],
)
async def test_the_request_of_a_stream_is_one_message(server: ConnectServer, body: bytes, code: str) -> None:
    response, told = await outcome(server, request("POST", UP_TO, STREAM, body))
    assert (response.status, told) == (200, code)
    assert b'"plures-outcome":["not sent"]' in response.body
