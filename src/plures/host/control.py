"""The control listener's application: health, the contract listing, and Connect calls."""

from collections.abc import Callable
from typing import Any

import msgspec

from plures.runtime import ConnectServer


class ControlApp:
    """Serves `/health/live`, `/health/ready`, `/contracts`, and everything else as a Connect call."""

    def __init__(self, connect: ConnectServer, *, is_ready: Callable[[], bool], listing: Callable[[], object]) -> None:
        self._connect = connect
        self._is_ready = is_ready
        self._listing = listing

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            message = f"the control listener speaks HTTP only, not {scope['type']}"
            raise RuntimeError(message)
        path = scope["path"]
        if path == "/health/live":
            await _json(send, 200, {"status": "live"})
        elif path == "/health/ready":
            ready = self._is_ready()
            await _json(send, 200 if ready else 503, {"status": "ready" if ready else "not ready"})
        elif path == "/contracts":
            await _json(send, 200, self._listing())
        else:
            await self._connect(scope, receive, send)


async def _json(send: Any, status: int, data: object) -> None:
    body = msgspec.json.encode(data)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
