"""A TCP client that says exactly the bytes it is told to, however wrong they are, and reads HTTP/1.1 answers."""

import asyncio
from typing import NamedTuple

from tests.integration.deploy.support import PATIENCE_S


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes = b""


class RawClient:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *pieces: bytes) -> None:
        """Send the pieces, each with turns of the loop behind it, so that they arrive one by one."""
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            for _ in range(3):
                await asyncio.sleep(0)

    def say_later(self, piece: bytes) -> None:
        """Send a piece as far and as soon as the server reads."""
        self._writer.write(piece)

    def hang_up(self) -> None:
        self._writer.transport.abort()

    async def head(self) -> Answer:
        """The next head, and nothing of its body; header names in lower case."""
        async with asyncio.timeout(PATIENCE_S):
            status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
        headers = [line.split(": ", 1) for line in lines]
        assert len({name for name, _ in headers}) == len(headers), "no header is sent twice"
        assert status.startswith("HTTP/1.1 ")
        return Answer(int(status.split()[1]), {name.lower(): value for name, value in headers})

    async def answer(self) -> Answer:
        """The next answer that says how long it is."""
        head = await self.head()
        return head._replace(body=await self.exactly(int(head.headers["content-length"])))

    async def exactly(self, size: int) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readexactly(size)

    async def chunk(self) -> bytes:
        """The next chunk of a body; the empty one is the last."""
        async with asyncio.timeout(PATIENCE_S):
            size = int((await self._reader.readuntil(b"\r\n"))[:-2], 16)
        data = await self.exactly(size + 2)
        assert data.endswith(b"\r\n")
        return data[:-2]

    async def rest(self) -> bytes:
        """All that comes until the connection is closed, however it is closed."""
        read = b""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while piece := await self._reader.read(65536):
                    read += piece
            except ConnectionResetError:
                pass
        return read
