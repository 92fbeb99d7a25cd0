"""The official ``connectrpc`` server and client with its own message types, wired as its code generator does it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from connectrpc.client import ConnectClient
from connectrpc.codec import Codec
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.server import ConnectASGIApplication, Endpoint
from protobuf import Message

# Modules that the code generator writes import it from here.
from protobuf._codegen import file_desc

from bench.calls.answer import LIMIT, OPERATION, PRODUCTS, SERVICE, TEXT, PlainProduct
from bench.calls.rival import Call
from bench.calls.rivals.protobuf_schema import describe_file
from bench.calls.rivals.uvicorn_server import serve_application


class Question(Message[Any]):
    __slots__ = ("limit", "text")


class Product(Message[Any]):
    __slots__ = PlainProduct._fields


class Findings(Message[Any]):
    __slots__ = ("products",)


file_desc(describe_file().SerializeToString(), [], {"Question": Question, "Product": Product, "Findings": Findings})
_make: Any = Product
_FINDINGS = Findings(products=[_make(**product._asdict()) for product in PRODUCTS])
_METHOD = MethodInfo(
    name=OPERATION,
    service_name=SERVICE,
    input=Question,
    output=Findings,
    idempotency_level=IdempotencyLevel.NO_SIDE_EFFECTS,
    stream_type=StreamType.UNARY,
)


class _Service:
    async def find(self, question: Any, _context: Any) -> Findings:
        assert question.limit == LIMIT
        return _FINDINGS


class _Application(ConnectASGIApplication[_Service]):
    def __init__(self) -> None:
        super().__init__(service=_Service(), endpoints=_endpoints, compressions=())

    @property
    def path(self) -> str:
        return f"/{SERVICE}"


def _endpoints(service: _Service) -> Mapping[str, Any]:
    return {f"/{SERVICE}/{OPERATION}": Endpoint.unary(method=_METHOD, function=service.find)}


async def serve() -> None:
    await serve_application(_Application())


@asynccontextmanager
async def connect(port: int, codec: Codec) -> AsyncGenerator[Call]:
    """A client without compression, which would only cost time on loopback."""
    address = f"http://127.0.0.1:{port}"
    async with ConnectClient(address, codec=codec, accept_compression=(), send_compression=None) as client:
        question: Any = Question

        async def call() -> Findings:
            return await client.execute_unary(request=question(text=TEXT, limit=LIMIT), method=_METHOD)

        yield call


def products_of(answer: object) -> list[PlainProduct]:
    found: Any = answer
    return [PlainProduct(*(getattr(product, name) for name in PlainProduct._fields)) for product in found.products]
