"""The bytes that the story of `plures.runtime` shows are those that travel."""

import asyncio
import re
from types import SimpleNamespace
from typing import Any, Protocol

from uvicorn.server import ServerState

import plures.runtime
from plures import Application, Message, acting_for, contract, query
from plures.application import assemble
from plures.contract import Criticality, read_contract
from plures.http import ConnectServer, HttpServerProtocol, HttpTransport, Room
from plures.runtime import CallContext, Deadlines, Dispatcher, Endpoints, RemoteCaller, Seal, current, new_key
from tests.raw_server import Reader, Writer, answer, raw_server, read_request


@contract("shop.pricing.v1", owner="tests")
class Pricing(Protocol):
    @query(deadline_s=30)
    async def quote(self, product_id: str, quantity: int) -> int: ...


class Shopper(Message):
    user: str


class PricingService:
    async def quote(self, product_id: str, quantity: int) -> int:
        return 1180 * quantity


CONTRACT, _ = read_contract(Pricing)


class Connection(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.set_result(bytes(data))

    def is_closing(self) -> bool:
        return False


async def test_the_request_is_what_the_caller_sends(transport: HttpTransport) -> None:
    told, _ = messages()
    seen: list[tuple[str, bytes]] = []

    async def handler(reader: Reader, writer: Writer) -> None:
        seen.append(await read_request(reader))
        writer.write(answer(b'{"value":2360}', "content-type: application/json"))

    deadlines = Deadlines()
    async with raw_server(handler) as server:
        seal = Seal(assemble(Application("shop", [], context=Shopper)).context, (new_key(),))
        caller = RemoteCaller(Endpoints.fixed(server.url), transport, deadlines, seal=seal)
        current.set(CallContext(asyncio.get_running_loop().time() + 3600, 1, criticality=Criticality.CRITICAL))
        with acting_for(Shopper("anna")):
            assert await caller.bind(CONTRACT.operations["quote"])("tea", 2) == 2360
        told = told.replace("127.0.0.1:8001", server.url.removeprefix("http://"))
    deadlines.close()
    [(head, body)] = seen
    head = re.sub(r"(?<=connect-timeout-ms: )\d+", "300", head)
    head = re.sub(r"(?<=x-request-id: )[0-9a-f]{32}", "4f1c9a0be2d84b6f8a3c5d7e9f012345", head)
    head = re.sub(
        r"(?<=traceparent: 00-)[0-9a-f]{32}-[0-9a-f]{16}", "4f1c9a0be2d84b6f8a3c5d7e9f012345-e25b64e30628c2f1", head
    )
    head = re.sub(r"(?<=plures-context: v1\.)\w{8}\.\d+\.(eyJ1c2)[\w.-]+", r"3f9c….1764230405.\1…", head)
    assert head.replace("\r\n", "\n") + body.decode() == told


async def test_the_answer_is_what_the_callee_sends() -> None:
    request, told = messages()
    deadlines = Deadlines()
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(CONTRACT.operations, PricingService())
    config = SimpleNamespace(loaded_app=ConnectServer(dispatcher), timeout_keep_alive=5, limit_concurrency=10)
    connection = Connection()
    protocol: Any = HttpServerProtocol(config, ServerState(), Room())
    protocol.connection_made(connection)
    protocol.data_received(request.replace("\n", "\r\n").encode())
    written = (await connection.written).decode().replace("\r\n", "\n")
    deadlines.close()
    written = re.sub(r"(?<=date: ).*", "Fri, 27 Nov 2026 08:00:00 GMT", written)
    assert written == told.replace("plures-outcome: not sent\n", "")


def messages() -> tuple[str, str]:
    """The request and the answer of the story, without the remarks beside them."""
    story = plures.runtime.__doc__ or ""
    blocks = re.findall(r"(?:^    \S.*\n)+", story, flags=re.MULTILINE)
    request_head, request, answer_head, told = (re.sub(r"^    |   +.*$", "", b, flags=re.MULTILINE) for b in blocks[:4])
    return f"{request_head}\n{request.rstrip()}", f"{answer_head}\n{told.rstrip()}"
