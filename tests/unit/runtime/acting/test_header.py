"""The header of the request context on the control listener: refused where it is not signed for this request."""

import json
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from plures import Message, contract, query, request_context
from plures.contract import read_contract, read_message
from plures.http import ConnectServer, Request, Response
from plures.runtime import ContextKind, Deadlines, Dispatcher, Seal, new_key
from plures.runtime.acting import acting_of


class Shopper(Message):
    user: str


@contract("lab.desk.v1", owner="tests")
class Desk(Protocol):
    @query(deadline_s=30)
    async def who(self) -> str: ...

    @query(deadline_s=30)
    def whos(self) -> AsyncIterator[str]: ...


class DeskService:
    async def who(self) -> str:
        found = request_context(Shopper, None)
        return "no one" if found is None else found.user

    async def whos(self) -> AsyncIterator[str]:
        yield request_context(Shopper).user


CONTRACT, _ = read_contract(Desk)
CODEC, _ = read_message(Shopper, "a test")
assert CODEC is not None
SEAL = Seal(ContextKind(Shopper, CODEC), (new_key(),))
# It expires some time after the call, and the other tests of a run take longer than a call.
ANNA = SEAL.header(acting_of(Shopper("anna")), "r1", 3600.0)


@pytest.fixture
async def server() -> AsyncIterator[ConnectServer]:
    deadlines = Deadlines()
    dispatcher = Dispatcher(deadlines, seal=SEAL)
    dispatcher.serve(CONTRACT.operations, DeskService())
    yield ConnectServer(dispatcher)
    deadlines.close()


async def ask(server: ConnectServer, sent: str | None, request_id: str = "r1") -> Response:
    headers = {b"content-type": b"application/json", b"x-request-id": request_id.encode()}
    if sent is not None:
        headers[b"plures-context"] = sent.encode()
    return await server(Request("POST", "/lab.desk.v1.Desk/Who", b"", headers, b"{}"))


async def test_what_a_process_of_the_run_has_signed_is_believed(server: ConnectServer) -> None:
    assert (await ask(server, ANNA)).body == b'{"value":"anna"}'
    assert (await ask(server, None)).body == b'{"value":"no one"}'


@pytest.mark.parametrize(
    ("sent", "request_id"),
    [("", "r1"), ('{"user":"anna"}', "r1"), (ANNA[:-1], "r1"), (ANNA, "r2"), (ANNA, "not sane\x00"), (ANNA.replace("v1", "v2"), "r1")],
    ids=["nothing", "plain", "cut off", "another request", "a mad id", "another version"],
)  # fmt: skip
async def test_what_none_has_signed_for_this_request_is_refused(
    server: ConnectServer, sent: str, request_id: str
) -> None:
    refused = await ask(server, sent, request_id)
    assert refused.status == 401
    assert (b"plures-outcome", b"not sent") in refused.headers
    told = json.loads(refused.body)
    assert (told["code"], told["kind"]) == ("unauthenticated", "call.context_refused")


async def test_what_is_too_long_is_no_request(server: ConnectServer) -> None:
    refused = await ask(server, "v1." + "a" * 5000)
    assert (refused.status, json.loads(refused.body)["code"]) == (400, "invalid_argument")


async def test_a_stream_refuses_it_in_its_end(server: ConnectServer) -> None:
    headers = {b"content-type": b"application/connect+json", b"plures-context": b"forged"}
    told = await server(Request("POST", "/lab.desk.v1.Desk/Whos", b"", headers, b"\0\0\0\0\2{}"))
    assert b"call.context_refused" in told.body
