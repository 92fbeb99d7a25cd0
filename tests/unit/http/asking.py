"""One call through the transport."""

import asyncio

from plures.http import HttpTransport
from plures.runtime import Outgoing, Reply
from tests.raw_server import PATIENCE_S


async def ask(transport: HttpTransport, url: str, body: bytes = b"{}", *, fresh: bool = False) -> Reply:
    async with asyncio.timeout(PATIENCE_S):
        return await transport.unary(url, Outgoing("/a.B/C", 1000, 1, body, fresh=fresh))
