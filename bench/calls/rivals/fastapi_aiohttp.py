"""The same FastAPI service, which aiohttp calls: the faster client, above all for many calls at once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, TCPConnector

from bench.calls.answer import LIMIT, TEXT
from bench.calls.rival import Call
from bench.calls.rivals.fastapi_httpx import Findings, Question, products_of, serve

__all__ = ["connect", "products_of", "serve"]


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    connector = TCPConnector(limit=in_flight)
    async with ClientSession(f"http://127.0.0.1:{port}", connector=connector) as client:

        async def call() -> Findings:
            body = Question(text=TEXT, limit=LIMIT).model_dump_json().encode()
            headers = {"content-type": "application/json"}
            async with client.post("/search/find", data=body, headers=headers) as response:
                response.raise_for_status()
                return Findings.model_validate_json(await response.read())

        yield call
