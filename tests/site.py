"""A small site over real sockets that answers as it is told, and counts what it is asked."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from plures.load import Target
from tests.raw_server import raw_server

Page = Callable[["Asked"], Awaitable[bytes]]


class Asked:
    """A request as it came."""

    def __init__(self, head: str, body: bytes) -> None:
        self.line, *lines = head.split("\r\n")
        self.method, self.path, _ = self.line.split()
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        self.body = body


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} x\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body


class Site:
    """Attributes: `asked` counts requests by line; `target` is where it answers."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages
        self.asked: Counter[str] = Counter()
        self.seen: list[Asked] = []
        self.connections = 0
        self.url = ""

    @property
    def target(self) -> Target:
        return Target(self.url)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()[:-4]
                size = next(
                    (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length")), 0
                )
                asked = Asked(head, await reader.readexactly(size))
                self.asked[f"{asked.method} {asked.path}"] += 1
                self.seen.append(asked)
                page = self._pages.get(asked.path.partition("?")[0])
                sent = answer(404) if page is None else await page(asked)
                if not sent:
                    return
                writer.write(sent)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass


@asynccontextmanager
async def site(**pages: Page) -> AsyncGenerator[Site]:
    """Serve pages: `home=` is `/`, and `name=` is `/name`."""
    served = Site({"/" if name == "home" else f"/{name}": page for name, page in pages.items()})
    async with raw_server(served.serve) as server:
        served.url = server.url
        yield served
