"""The least that a typed HTTP call can be: a bare ASGI function that pyreqwest calls, with msgspec on both sides."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from pyreqwest.client import ClientBuilder

from bench.calls.answer import LIMIT, OPERATION, PRODUCTS, SERVICE, TEXT, PlainProduct
from bench.calls.rival import Call
from bench.calls.rivals.uvicorn_server import serve_application


class Question(msgspec.Struct, frozen=True):
    text: str
    limit: int = 20


class Product(msgspec.Struct, frozen=True):
    product_id: str
    name: str
    description: str
    amount: int
    currency: str
    stock: int
    rating: float


class Findings(msgspec.Struct, frozen=True):
    products: tuple[Product, ...]


_FINDINGS = Findings(tuple(Product(*product) for product in PRODUCTS))
_encode = msgspec.json.Encoder().encode
_decode_question = msgspec.json.Decoder(Question).decode
_decode_findings = msgspec.json.Decoder(Findings).decode


async def serve() -> None:
    await serve_application(_application)


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    url = f"http://127.0.0.1:{port}/{SERVICE}/{OPERATION}"
    builder = ClientBuilder().no_proxy().gzip(enable=False).brotli(enable=False).zstd(enable=False)
    async with builder.pool_max_idle_per_host(in_flight).follow_redirects(enable=False).build() as client:

        async def call() -> Findings:
            body = _encode(Question(TEXT, LIMIT))
            request = client.post(url).header("content-type", "application/json").body_bytes(body).build()
            response = await request.send()
            return _decode_findings(await response.bytes())

        yield call


def products_of(answer: object) -> list[PlainProduct]:
    assert isinstance(answer, Findings)
    return [PlainProduct(*msgspec.structs.astuple(product)) for product in answer.products]


async def _find(question: Question) -> Findings:
    assert question.limit == LIMIT
    return _FINDINGS


async def _application(_scope: Any, receive: Any, send: Any) -> None:
    question = _decode_question((await receive())["body"])
    body = _encode(await _find(question))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
