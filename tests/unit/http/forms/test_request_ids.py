"""The id of a request over the wire: told by the trace alone to replicas of the same application, where both are the same."""

import asyncio
from typing import Any

import pytest

from plures import Application, acting_for
from plures.application import assemble
from plures.http import HttpTransport
from plures.http.connect_request import read_call
from plures.http.exchange import Request
from plures.runtime import (
    CallContext,
    Deadlines,
    Dispatcher,
    Endpoints,
    RemoteCaller,
    Seal,
    current,
    new_key,
    subject_of,
)
from plures.telemetry import Telemetry
from tests.raw_server import Reader, Writer, answer, raw_server, read_request
from tests.unit.http.test_story import CONTRACT, Shopper

QUOTE = CONTRACT.operations["quote"]


async def sent(transport: HttpTransport, root: CallContext, **how: Any) -> dict[bytes, bytes]:
    """The headers of a call within a request."""
    seen: list[str] = []

    async def handler(reader: Reader, writer: Writer) -> None:
        seen.append((await read_request(reader))[0])
        writer.write(answer(b'{"value":1}', "content-type: application/json"))

    deadlines, telemetry = Deadlines(), Telemetry()
    async with raw_server(handler) as server:
        caller = RemoteCaller(Endpoints.fixed(server.url), transport, deadlines, **how)
        current.set(root)
        call = caller.bind(QUOTE, lambda *of: telemetry.meter(subject_of(*of[:2], "shop", of[2])))
        assert await call("tea", 1) == 1
    deadlines.close()
    lines = (line.split(": ", 1) for line in seen[0].split("\r\n")[1:] if line)
    return {name.encode(): value.encode() for name, value in lines}


def root(request_id: str = "") -> CallContext:
    return CallContext(asyncio.get_running_loop().time() + 3600, 1, id=request_id)


@pytest.mark.parametrize("request_id", ["", "0af7651916cd43dd8448eb211c80319c", "order-17"])
@pytest.mark.parametrize("is_ours", [True, False], ids=["ours", "another"])
async def test_the_callee_knows_the_id_whichever_header_tells_it(
    transport: HttpTransport, request_id: str, *, is_ours: bool
) -> None:
    caller = root(request_id)
    headers = await sent(transport, caller, is_ours=is_ours)
    assert (b"x-request-id" in headers) is (not is_ours or request_id == "order-17")
    request = Request("POST", QUOTE.path, headers=headers, body=b'{"productId":"tea","quantity":1}')
    callee = read_call(QUOTE, request, Dispatcher(Deadlines())).context
    assert callee.request_id == caller.request_id


async def test_what_is_sealed_has_the_id_that_it_is_bound_to(transport: HttpTransport) -> None:
    seal = Seal(assemble(Application("shop", [], context=Shopper)).context, (new_key(),))
    caller = root()
    with acting_for(Shopper("anna")):
        headers = await sent(transport, caller, is_ours=True, seal=seal)
    assert headers[b"x-request-id"].decode() == caller.request_id
