"""gRPC for asyncio with protobuf messages (upb), one channel and generic handlers, as generated stubs use it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessages

from bench.calls.answer import LIMIT, OPERATION, PRODUCTS, SERVICE, TEXT, PlainProduct
from bench.calls.rival import Call
from bench.calls.rivals.protobuf_schema import PACKAGE, describe_file
from bench.processes import announce

_messages: dict[str, Any] = GetMessages([describe_file()], pool=DescriptorPool())
Question, Product, Findings = (_messages[f"{PACKAGE}.{name}"] for name in ("Question", "Product", "Findings"))
_FINDINGS = Findings(products=[Product(**product._asdict()) for product in PRODUCTS])


async def serve() -> None:
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        _find, request_deserializer=Question.FromString, response_serializer=Findings.SerializeToString
    )
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {OPERATION: handler}),))
    announce(server.add_insecure_port("127.0.0.1:0"))
    await server.start()
    await server.wait_for_termination()


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    # One HTTP/2 channel carries all calls.
    del in_flight
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        find = channel.unary_unary(
            f"/{SERVICE}/{OPERATION}",
            request_serializer=Question.SerializeToString,
            response_deserializer=Findings.FromString,
        )

        async def call() -> Any:
            return await find(Question(text=TEXT, limit=LIMIT))

        yield call


def products_of(answer: object) -> list[PlainProduct]:
    found: Any = answer
    return [PlainProduct(*(getattr(product, name) for name in PlainProduct._fields)) for product in found.products]


async def _find(question: Any, _context: Any) -> Any:
    assert question.limit == LIMIT
    return _FINDINGS
