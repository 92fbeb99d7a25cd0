"""Stands between a capability and its server, and loses the connection at a commit: before the server hears of it, or after it was done."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from plures.data import Server
from tests.postgres import Postgres
from tests.raw_server import RawServer

SOCKET = ".s.PGSQL.5432"


class Lossy:
    """A proxy.

    Attributes:
        server: As a capability reaches it through here.
        at: When the connection of the next commit is lost; empty for never.
    """

    def __init__(self, folder: Path, real: Path, server: Server) -> None:
        self._real = real / SOCKET
        self.server = replace(server, url=f"postgresql://postgres:@/postgres?host={quote(str(folder), safe='')}")
        self.at = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_unix_connection(str(self._real))
        lost = ""

        async def answers() -> None:
            while part := await there.read(65536):
                if lost == "after":
                    break
                writer.write(part)
            writer.close()

        answering = asyncio.create_task(answers())
        try:
            while part := await reader.read(65536):
                if self.at and b"COMMIT\0" in part:
                    lost, self.at = self.at, ""
                if lost == "before":
                    break
                to.write(part)
        finally:
            to.close()
        await answering


@asynccontextmanager
async def lossy(postgres: Postgres, folder: Path) -> AsyncGenerator[Lossy]:
    """The proxy, with a new schema behind it."""
    between = Lossy(folder, Path(postgres.server.get_postmaster_info().socket_dir), await postgres.schema())
    raw = RawServer(between.serve)
    listener = await asyncio.start_unix_server(raw.accept, str(folder / SOCKET))
    try:
        yield between
    finally:
        listener.close()
        await raw.end()
