"""What the control listener answers: health, the contract listing, and Connect calls."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from plures.http import ConnectServer, Request, Response


class Control:
    """Answers `/health/live`, `/health/ready`, `/contracts`, and everything else as a Connect call."""

    def __init__(self, connect: ConnectServer, *, is_ready: Callable[[], bool], listing: Callable[[], object]) -> None:
        self._connect = connect
        self._is_ready = is_ready
        self._listing = listing

        self._pages = {"/health/live": self._live, "/health/ready": self._ready, "/contracts": self._contracts}

    def __call__(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Answer one request."""
        page = self._pages.get(request.path)
        return self._connect(request) if page is None else page()

    async def _live(self) -> Response:
        return _json(200, {"status": "live"})

    async def _ready(self) -> Response:
        ready = self._is_ready()
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready"})

    async def _contracts(self) -> Response:
        return _json(200, self._listing())


def _json(status: int, data: object) -> Response:
    return Response(status, msgspec.json.encode(data))
