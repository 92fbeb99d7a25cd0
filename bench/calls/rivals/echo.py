"""The floor: asyncio streams exchange the same bytes over loopback and decode nothing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from bench.calls.answer import LIMIT, PRODUCTS, TEXT, PlainProduct
from bench.calls.rival import Call
from bench.processes import announce

_QUESTION = msgspec.json.encode({"text": TEXT, "limit": LIMIT})
_ANSWER = msgspec.json.encode([product._asdict() for product in PRODUCTS])


async def serve() -> None:
    server = await asyncio.start_server(_answer_all, "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


@asynccontextmanager
async def connect(port: int, in_flight: int) -> AsyncGenerator[Call]:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(in_flight)]
    free = list(connections)

    async def call() -> bytes:
        connection = free.pop()
        reader, writer = connection
        writer.write(_QUESTION)
        answer = await reader.readexactly(len(_ANSWER))
        free.append(connection)
        return answer

    try:
        yield call
    finally:
        for _, writer in connections:
            writer.close()


def products_of(answer: object) -> list[PlainProduct]:
    assert isinstance(answer, bytes)
    return [PlainProduct(**fields) for fields in msgspec.json.decode(answer)]


async def _answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readexactly(len(_QUESTION)):
            writer.write(_ANSWER)
    except asyncio.IncompleteReadError:
        writer.close()
