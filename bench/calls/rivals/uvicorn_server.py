"""Serves the ASGI application of an HTTP rival: uvicorn, httptools and uvloop in one process, without an access log."""

import socket
from typing import Any

from uvicorn import Config, Server

from bench.processes import announce


async def serve_application(application: Any) -> None:
    """Announce a free loopback port and serve on it until SIGTERM comes."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        announce(listening.getsockname()[1])
        config = Config(application, http="httptools", ws="none", lifespan="off", log_level="warning", access_log=False)
        await Server(config).serve(sockets=[listening])
