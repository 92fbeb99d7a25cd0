"""One port for several services: which of them is meant, the Host header says."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from plures.topology import Service

from .calls import Asgi
from .running import RunningServices


def front(services: Sequence[Service], running: RunningServices) -> Asgi:
    """An ASGI application in front of all services of a process. Each request is passed on to the loop of its service."""
    by_host = {urlsplit(address).netloc.lower(): service.name for service in services for address in service.addresses}
    # A client leaves out the port where it is that of the scheme.
    by_host |= {host.removesuffix(":80"): name for host, name in by_host.items()}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
        name = by_host.get(host)
        if name is not None:
            await running.reached(name)(scope, receive, send)
        elif scope["type"] == "http":
            known = ", ".join(sorted(by_host))
            body = f"No service of this process answers to {host!r}. Known here: {known}\n".encode()
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await send({"type": "websocket.close", "code": 1008})

    return application
