"""FastAPI with pydantic models, which httpx calls: what most Python teams write today."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from httpx import AsyncClient, Limits
from pydantic import BaseModel

from bench.calls.answer import LIMIT, PRODUCTS, TEXT, PlainProduct
from bench.calls.rival import Call
from bench.calls.rivals.uvicorn_server import serve_application


class Question(BaseModel):
    text: str
    limit: int = 20


class Product(BaseModel):
    product_id: str
    name: str
    description: str
    amount: int
    currency: str
    stock: int
    rating: float


class Findings(BaseModel):
    products: list[Product]


_FINDINGS = Findings(products=[Product.model_validate(product._asdict()) for product in PRODUCTS])
application = FastAPI()


@application.post("/search/find")
async def find(question: Question) -> Findings:
    assert question.limit == LIMIT
    return _FINDINGS


async def serve() -> None:
    await serve_application(application)


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    limits = Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    async with AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False) as client:

        async def call() -> Findings:
            body = Question(text=TEXT, limit=LIMIT).model_dump_json()
            headers = {"content-type": "application/json"}
            response = await client.post("/search/find", content=body, headers=headers)
            response.raise_for_status()
            return Findings.model_validate_json(response.content)

        yield call


def products_of(answer: object) -> list[PlainProduct]:
    assert isinstance(answer, Findings)
    return [PlainProduct(**product.model_dump()) for product in answer.products]
