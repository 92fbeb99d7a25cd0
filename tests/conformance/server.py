"""The server under test: a control listener of Plures with the referee's service behind it.

What Plures has no words for is done beside it: headers, trailers, the text and details of errors, and what was asked are put into the
answers that Plures has made.
"""

import asyncio
import base64
import json
import signal
import struct
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from google.protobuf import any_pb2, json_format

from plures.contract import read_contract
from plures.deploy.serving import ListenAddress, listen
from plures.deploy.serving.listener import Listener
from plures.deploy.serving.served_host import CONTROL
from plures.http import ConnectServer, Request, Response
from plures.http.connect_request import read_call
from plures.runtime import Deadlines, Dispatcher, connect
from tests.conformance.contract import ERRORS, Answer, ConformanceService, Definition, Payload, StreamDefinition
from tests.conformance.messages import kind

CONTRACT = read_contract(ConformanceService)[0]
LENGTH = struct.Struct(">I")
ANY = "type.googleapis.com/"


def _failure(code: str) -> Exception:
    return next(error() for status, error in ERRORS.items() if code == f"CODE_{status.value.upper()}")


class Service(ConformanceService):
    async def unary(self, response_definition: Definition | None = None, request_data: bytes = b"") -> Answer:
        definition = response_definition or Definition()
        await asyncio.sleep(definition.response_delay_ms / 1000)
        if definition.error is not None:
            raise _failure(definition.error.code)
        return Answer(Payload(definition.response_data))

    async def idempotent_unary(
        self, response_definition: Definition | None = None, request_data: bytes = b""
    ) -> Answer:
        return await self.unary(response_definition, request_data)

    async def server_stream(
        self, response_definition: StreamDefinition | None = None, request_data: bytes = b""
    ) -> AsyncIterator[Answer]:
        definition = response_definition or StreamDefinition()
        for data in definition.response_data:
            await asyncio.sleep(definition.response_delay_ms / 1000)
            yield Answer(Payload(data))
        if definition.error is not None:
            raise _failure(definition.error.code)

    async def unimplemented(self) -> None:
        raise ERRORS[next(status for status in ERRORS if status.value == "unimplemented")]


class Beside:
    """Answers with what Plures answers, and adds what the request asks for besides."""

    def __init__(self, server: ConnectServer, dispatcher: Dispatcher) -> None:
        self._server = server
        self._dispatcher = dispatcher

    async def __call__(self, request: Request) -> Response:
        operation = self._dispatcher.operation(request.path)
        response = await self._server(request)
        name = request.path.rpartition("/")[2]
        try:
            asked = kind(f"{name}Request")()
            json_format.Parse(read_call(operation, request)[1], asked)  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - Plures has refused it already
            return response
        if not hasattr(asked, "response_definition"):
            return response
        extra = Extra(request, asked)
        if response.chunks is not None:
            return msgspec.structs.replace(
                response, headers=(*response.headers, *extra.headers), chunks=extra.stream(response.chunks)
            )
        body = extra.message(response.body) if response.status == connect.OK else extra.error(response.body)
        headers = (*response.headers, *extra.headers, *((b"trailer-" + name, value) for name, value in extra.trailers))
        return msgspec.structs.replace(response, body=body, headers=headers)


class Extra:
    """What one request asks for."""

    def __init__(self, request: Request, asked: Any) -> None:
        self._definition = asked.response_definition
        self._info = kind("ConformancePayload").RequestInfo()
        for name, value in request.headers.items():
            self._info.request_headers.add(name=name.decode(), value=value.decode("latin-1").split(", "))
        if timeout := request.headers.get(b"connect-timeout-ms"):
            self._info.timeout_ms = int(timeout)
        self._info.requests.add().Pack(asked)
        if request.method == "GET":
            for name, value in parse_qsl(request.query.decode()):
                self._info.connect_get_info.query_params.add(name=name, value=[value])
        self.headers = _pairs(self._definition.response_headers)
        self.trailers = _pairs(self._definition.response_trailers)
        self._has_told = False

    def message(self, body: bytes) -> bytes:
        answer = json.loads(body)
        if not self._has_told:
            answer["payload"]["requestInfo"] = json.loads(json_format.MessageToJson(self._info))
        self._has_told = True
        return json.dumps(answer).encode()

    def error(self, body: bytes) -> bytes:
        error = json.loads(body)
        if error.pop("declared", None) is None or not self._definition.HasField("error"):
            return body
        error["message"] = self._definition.error.message
        details = [*self._definition.error.details]
        if not self._has_told:
            info = any_pb2.Any()
            info.Pack(self._info)
            details.append(info)
        error["details"] = [
            {"type": detail.type_url.removeprefix(ANY), "value": base64.b64encode(detail.value).decode().rstrip("=")}
            for detail in details
        ]
        return json.dumps(error).encode()

    async def stream(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(chunks):
            async for chunk in chunks:
                flags, _ = connect.PREFIX.unpack_from(chunk)
                body = chunk[connect.PREFIX.size :]
                if not flags:
                    yield connect.envelope(self.message(body))
                    continue
                end = json.loads(body)
                for name, value in self.trailers:
                    end.setdefault("metadata", {}).setdefault(name.decode(), []).append(value.decode())
                if "error" in end:
                    end["error"] = json.loads(self.error(json.dumps(end["error"]).encode()))
                yield connect.envelope(json.dumps(end).encode(), flags)


def _pairs(headers: Any) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((header.name.encode(), value.encode()) for header in headers for value in header.value)


async def main() -> None:
    sys.stdin.buffer.read(LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))[0])
    dispatcher = Dispatcher(Deadlines())
    served = {name: it for name, it in CONTRACT.operations.items() if name != "unimplemented"}
    dispatcher.serve(served, Service())
    listening = listen(ListenAddress(port=0))
    listener = Listener(Beside(ConnectServer(dispatcher), dispatcher), listening.socket, CONTROL)
    await listener.start()
    told = kind("ServerCompatResponse")(host="127.0.0.1", port=listening.port).SerializeToString()
    sys.stdout.buffer.write(LENGTH.pack(len(told)) + told)
    sys.stdout.buffer.flush()
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    listener.hurry()
    await listener.stop()


if __name__ == "__main__":
    asyncio.run(main())
