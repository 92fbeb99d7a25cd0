"""One capability as a gRPC aio service, and its client.

Instead of protobuf, msgspec reads and writes the marketplace's own types. That is faster than protobuf messages, which a
service would have to map to its own types, so it flatters gRPC.
"""

from collections.abc import AsyncIterator, Callable
from types import UnionType
from typing import Any, Union, get_args, get_origin

import grpc
import msgspec

from bench.processes import announce
from bench.shop.rivals.described import Operation, declared_error, error_body, operations_of
from plures import CallError, ContractError, Outcome, Status

_encode = msgspec.msgpack.Encoder().encode


async def serve_service(contract: type, service: Any, port: int) -> None:
    """Serve every operation of a contract on a loopback port until SIGTERM comes."""
    operations = operations_of(contract)
    handlers = {operation.name: _handler(operation, service) for operation in operations}
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(operations[0].service, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    announce(port)
    try:
        await server.wait_for_termination()
    finally:
        await server.stop(None)


def _handler(operation: Operation, service: Any) -> Any:
    method = getattr(service, operation.name)
    read: Any = msgspec.msgpack.Decoder(operation.request).decode
    write, _ = _answer_codec(operation.answer)

    async def unary(request: Any, context: Any) -> Any:
        try:
            return write(await method(*operation.arguments(request)))
        except ContractError as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, error_body(error).decode())

    async def stream(request: Any, _context: Any) -> AsyncIterator[Any]:
        async for item in method(*operation.arguments(request)):
            yield write(item)

    # We write answers ourselves, because gRPC would turn a `str` into `bytes` before a serializer sees it.
    if operation.streams:
        return grpc.unary_stream_rpc_method_handler(stream, read)
    return grpc.unary_unary_rpc_method_handler(unary, read)


class GrpcClient:
    """Calls one capability's gRPC service over one channel. It has a coroutine for each operation of the contract."""

    def __init__(self, contract: type, address: str) -> None:
        self._channel = grpc.aio.insecure_channel(address)
        for operation in operations_of(contract):
            kind = self._channel.unary_stream if operation.streams else self._channel.unary_unary
            _, read = _answer_codec(operation.answer)
            remote = kind(f"/{operation.full_name}", request_serializer=_encode, response_deserializer=read)
            call = _iterate(remote, operation) if operation.streams else _call(remote, operation)
            setattr(self, operation.name, operation.called_by(call))

    async def leave(self) -> None:
        await self._channel.close()


def _call(remote: Any, operation: Operation) -> Any:
    async def call(*arguments: Any, **named: Any) -> Any:
        try:
            return await remote(operation.request(*arguments, **named), timeout=operation.deadline_s)
        except grpc.aio.AioRpcError as problem:
            raise _translated(operation, problem) from problem

    return call


def _iterate(remote: Any, operation: Operation) -> Any:
    async def call(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
        async for item in remote(operation.request(*arguments, **named)):
            yield item

    return call


def _translated(operation: Operation, problem: grpc.aio.AioRpcError) -> Exception:
    if problem.code() is grpc.StatusCode.FAILED_PRECONDITION:
        return declared_error(operation, (problem.details() or "").encode())
    status = Status(problem.code().name.lower().replace("cancelled", "canceled"))
    return CallError.of(status, operation.full_name, problem.details() or "", outcome=Outcome.MAY_HAVE_RUN)


def _answer_codec(answer: Any) -> tuple[Callable[[Any], bytes], Callable[[bytes], Any]]:
    """The functions that write and read an answer. A union of messages travels as the number of its member and the message."""
    members = get_args(answer) if get_origin(answer) in (Union, UnionType) else ()
    if sum(isinstance(member, msgspec.StructMeta) for member in members) < 2:
        return _encode, msgspec.msgpack.Decoder(answer).decode
    reads = [msgspec.msgpack.Decoder(member).decode for member in members]
    read_pair = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw]).decode

    def write(message: Any) -> bytes:
        return _encode((members.index(type(message)), message))

    def read(body: bytes) -> Any:
        number, message = read_pair(body)
        return reads[number](message)

    return write, read
