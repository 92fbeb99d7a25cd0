"""The client under test: makes the calls that the referee asks for, as code of Plures makes them, by a transport of Plures."""

import asyncio
import sys
from time import monotonic
from typing import Any

from plures import (
    AnyHeaders,
    AnyMessage,
    CallError,
    ErrorDetail,
    Status,
    hear_headers,
)
from plures.contract import TYPE_PREFIX, OperationDescription, read_contract
from plures.host.binaries import LockedBinaries
from plures.http import HttpTransport
from plures.runtime import CallContext, Deadlines, Endpoints, Policy, RemoteCaller, current

from . import wiring
from .contract import ConformanceService
from .messages import (
    Cancel,
    ClientCompatRequest,
    ClientCompatResponse,
    ClientErrorResult,
    ClientResponseResult,
    Code,
    Compression,
    Error,
    Header,
    Payload,
    StreamCall,
    UnaryCall,
)

CONTRACT = read_contract(ConformanceService)[0]
OPERATIONS = {operation.wire_name: operation for operation in CONTRACT.operations.values()}
BINARIES = LockedBinaries(wiring.FOLDER, [CONTRACT])
JSON = 2
"""Its number among the codecs of the referee."""
_LONGEST_S = 30.0


async def call(asked: ClientCompatRequest, deadlines: Deadlines) -> ClientResponseResult:
    """What came of one call."""
    operation = OPERATIONS[asked.method or ""]
    transport = HttpTransport()
    # As plures.toml would say it of the capability.
    policy = Policy(binary=asked.codec != JSON, pack_bytes=int(asked.compression is Compression.COMPRESSION_GZIP))
    endpoints = Endpoints.fixed(f"http://{asked.host}:{asked.port}", policy=policy)
    caller = RemoteCaller(endpoints, transport, deadlines, binaries=BINARIES)
    if asked.timeout_ms is not None:
        # As code that works for a request has it, whose time is short.
        current.set(CallContext(monotonic() + asked.timeout_ms / 1000, 0))
    await asyncio.sleep(asked.request_delay_ms / 1000)
    cancel, payloads, error = asked.cancel or Cancel(), list[Payload](), None
    with hear_headers() as heard:
        work = asyncio.ensure_future(_work(caller, operation, asked, payloads))
        if cancel.after_close_send_ms is not None:
            asyncio.get_running_loop().call_later(cancel.after_close_send_ms / 1000, work.cancel)
        try:
            await work
        except asyncio.CancelledError:
            error = Error(Code.CODE_CANCELED)
        except CallError as failure:
            error = _error(failure)
    await transport.close()
    return ClientResponseResult(
        _headers(heard.headers(AnyHeaders)), tuple(payloads), error, _headers(heard.trailers(AnyHeaders))
    )


async def _work(
    caller: RemoteCaller, operation: OperationDescription, asked: ClientCompatRequest, payloads: list[Payload]
) -> None:
    headers = AnyHeaders.of((each.name, text) for each in asked.request_headers for text in each.value)
    arguments: dict[str, Any] = {"headers": headers}
    for message in asked.request_messages if operation.request.message.fields else ():
        request = wiring.unpacked(message, StreamCall if operation.streams else UnaryCall)
        arguments |= {"response_definition": request.response_definition, "request_data": request.request_data}
    if not operation.streams:
        answer = await caller.bind(operation)(**arguments)
        payloads.append(wiring.told((answer and answer.payload) or Payload()))
        return
    stream = caller.bind(operation)(**arguments)
    most = None if asked.cancel is None else asked.cancel.after_num_responses
    async for answer in stream:
        payloads.append(wiring.told(answer.payload or Payload()))
        if len(payloads) == most:
            await stream.aclose()
            raise asyncio.CancelledError


def _error(failure: CallError) -> Error:
    return Error(Code([*Status].index(failure.status) + 1), failure.why, tuple(map(_any, failure.error_details)))


def _any(detail: ErrorDetail) -> AnyMessage:
    return AnyMessage(TYPE_PREFIX + detail.type, detail.value)


def _headers(headers: AnyHeaders | None) -> tuple[Header, ...]:
    headers = headers or AnyHeaders()
    return tuple(Header(name, headers.texts(name)) for name in dict.fromkeys(name for name, _ in headers.pairs))


async def main() -> None:
    deadlines = Deadlines()
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    async def answer(asked: ClientCompatRequest) -> None:
        try:
            result = await asyncio.wait_for(call(asked, deadlines), _LONGEST_S)
            response = ClientCompatResponse(asked.test_name, result)
        except Exception as error:  # noqa: BLE001 - the referee is told
            response = ClientCompatResponse(asked.test_name, error=ClientErrorResult(repr(error)))
        wiring.write(sys.stdout.buffer, response)

    while (asked := await loop.run_in_executor(None, wiring.read_call, sys.stdin.buffer)) is not None:
        task = asyncio.create_task(answer(asked))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


if __name__ == "__main__":
    asyncio.run(main())
