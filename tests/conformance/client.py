"""The client under test: makes the calls that the referee asks for on standard input, by Plures' own call path.

What Plures has no words for is done beside it: headers of a request go into its head, and headers, trailers and error details are
read from the bytes that came. What a call returns or raises is Plures' own.
"""

import asyncio
import base64
import json
import struct
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from time import monotonic
from typing import Any, BinaryIO

from google.protobuf import any_pb2, json_format

from plures.contract import read_contract
from plures.errors import CallError
from plures.http.client_connection import HttpConnection
from plures.runtime import MAX_BODY_BYTES, Deadlines, Endpoints, Outgoing, RemoteCaller, Reply, connect
from plures.runtime.context import CallContext, current
from plures.runtime.transport import NotSent
from tests.conformance.contract import ConformanceService
from tests.conformance.messages import kind

CONTRACT = read_contract(ConformanceService)[0]
NAMES = {operation.path.rpartition("/")[2]: name for name, operation in CONTRACT.operations.items()}
LENGTH = struct.Struct(">I")


class Seen(HttpConnection):
    """Notes what Plures does not keep."""

    def __init__(self) -> None:
        super().__init__(b"plures-outcome", MAX_BODY_BYTES)
        self.headers: list[tuple[str, str]] = []
        self.body = b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode().lower(), value.decode("latin-1")))
        super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self.body += body
        super().on_body(body)


class Asked:
    """The transport of one call: sends what the referee wants to be sent."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self.seen: Seen | None = None

    async def _connect(self) -> Seen:
        loop = asyncio.get_running_loop()
        try:
            _, self.seen = await loop.create_connection(Seen, self._request.host, self._request.port)
        except OSError as error:
            raise NotSent(str(error)) from None
        return self.seen

    def _bytes(self, outgoing: Outgoing) -> bytes:
        request = self._request
        messages = [service_message(message) for message in request.request_messages]
        body = b"".join(connect.envelope(message) if outgoing.streams else message for message in messages)
        lines = connect.header_lines(outgoing)
        if not request.HasField("timeout_ms"):
            lines = "".join(line for line in lines.splitlines(keepends=True) if not line.startswith("connect-timeout"))
        own = "".join(f"{header.name}: {value}\r\n" for header in request.request_headers for value in header.value)
        head = f"POST {outgoing.path} HTTP/1.1\r\nhost: {request.host}:{request.port}\r\n{lines}{own}"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        connection = await self._connect()
        try:
            return await connection.unary(self._bytes(outgoing))
        finally:
            connection.abort()

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        connection = await self._connect()
        try:
            head = await connection.head(self._bytes(outgoing))
            yield head
            while (chunk := await connection.chunk()) is not None:
                yield Reply(head.http_status, chunk)
        finally:
            connection.abort()

    async def close(self) -> None: ...


def service_message(message: any_pb2.Any) -> bytes:
    message_kind = kind(message.type_url.rpartition(".")[2])
    return json_format.MessageToJson(message_kind.FromString(message.value), indent=None).encode()


async def call(request: Any, deadlines: Deadlines) -> Any:
    transport = Asked(request)
    caller = RemoteCaller(Endpoints.fixed("http://referee"), transport, deadlines)
    operation = CONTRACT.operations[NAMES[request.method]]
    if request.HasField("timeout_ms"):
        current.set(CallContext(monotonic() + request.timeout_ms / 1000, 0))
    result = kind("ClientResponseResult")()
    count, error = 0, None
    cancel = request.cancel if request.HasField("cancel") else None
    await asyncio.sleep(request.request_delay_ms / 1000)

    async def work() -> None:
        nonlocal count
        if not operation.streams:
            await caller.bind(operation)()
            count = 1
            return
        stream = caller.bind(operation)()
        async for _ in stream:
            count += 1
            if (
                cancel
                and cancel.WhichOneof("cancel_timing") == "after_num_responses"
                and count == cancel.after_num_responses
            ):
                await stream.aclose()
                raise asyncio.CancelledError

    task = asyncio.ensure_future(work())
    if cancel and cancel.WhichOneof("cancel_timing") == "after_close_send_ms":
        asyncio.get_running_loop().call_later(cancel.after_close_send_ms / 1000, task.cancel)
    try:
        await task
    except CallError as failure:
        error = failure
    except asyncio.CancelledError:
        result.error.code = 1
    except Exception as failure:  # noqa: BLE001 - a declared error has a status, too
        error = failure
    tell(result, operation.streams, transport.seen, count, error)
    return result


def tell(result: Any, streams: bool, seen: Seen | None, count: int, error: Any) -> None:
    raw_error: Any = None
    body = b"" if seen is None else seen.body
    payloads: list[bytes] = []
    headers = [] if seen is None else seen.headers
    trailers: list[tuple[str, str]] = []
    if streams:
        while len(body) >= 5:
            flags, length = connect.PREFIX.unpack_from(body)
            message, body = body[5 : 5 + length], body[5 + length :]
            if flags & 2:
                with suppress(ValueError, AttributeError, TypeError):
                    end = json.loads(message)
                    raw_error = end.get("error")
                    trailers = [(name, value) for name, values in end.get("metadata", {}).items() for value in values]
                break
            payloads.append(message)
    else:
        trailers = [(name[8:], value) for name, value in headers if name.startswith("trailer-")]
        headers = [pair for pair in headers if not pair[0].startswith("trailer-")]
        payloads = [body]
        with suppress(ValueError):
            raw_error = json.loads(body)
    for message in payloads[:count]:
        answer_kind = kind("ServerStreamResponse") if streams else kind("UnaryResponse")
        result.payloads.add().CopyFrom(json_format.Parse(message, answer_kind(), ignore_unknown_fields=True).payload)
    for into, pairs in ((result.response_headers, headers), (result.response_trailers, trailers)):
        for name in dict.fromkeys(name for name, _ in pairs):
            into.add(name=name, value=[value for other, value in pairs if other == name])
    if error is not None:
        status = error.status
        result.error.code = [*type(status)].index(status) + 1
        result.error.message = error.why if isinstance(error, CallError) else error.what
        for detail in (raw_error or {}).get("details", []) if isinstance(raw_error, dict) else []:
            with suppress(Exception):
                value = base64.b64decode(detail["value"] + "==")
                result.error.details.add(type_url="type.googleapis.com/" + detail["type"], value=value)


def read_request(source: BinaryIO) -> Any:
    prefix = source.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    return kind("ClientCompatRequest").FromString(source.read(LENGTH.unpack(prefix)[0]))


async def main() -> None:
    deadlines = Deadlines()
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    async def answer(request: Any) -> None:
        response = kind("ClientCompatResponse")(test_name=request.test_name)
        try:
            response.response.CopyFrom(await asyncio.wait_for(call(request, deadlines), 30))
        except Exception as error:  # noqa: BLE001 - the referee is told
            response.error.message = repr(error)
        data = response.SerializeToString()
        sys.stdout.buffer.write(LENGTH.pack(len(data)) + data)
        sys.stdout.buffer.flush()

    while (request := await loop.run_in_executor(None, read_request, sys.stdin.buffer)) is not None:
        task = asyncio.create_task(answer(request))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


if __name__ == "__main__":
    asyncio.run(main())
