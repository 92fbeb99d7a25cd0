"""What the control listener answers: health, the contract listing, steps of a move, and Connect calls."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeAlias

import msgspec

from plures.http import ConnectServer, Request, Response

_Page: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class Control:
    """Answers `/health/live`, `/health/ready`, `/contracts`, some other pages, and everything else as a Connect call."""

    def __init__(
        self,
        connect: ConnectServer,
        *,
        is_ready: Callable[[], bool],
        listing: Callable[[], Awaitable[object]],
        pages: Mapping[str, _Page],
    ) -> None:
        self._connect = connect
        self._is_ready = is_ready
        self._listing = listing
        own = {"/health/live": self._live, "/health/ready": self._ready, "/contracts": self._contracts}
        self._pages: Mapping[str, _Page] = {**own, **pages}

    def __call__(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Answer one request."""
        page = self._pages.get(request.path)
        return self._connect(request) if page is None else page(request)

    async def _live(self, _: Request) -> Response:
        return _json(200, {"status": "live"})

    async def _ready(self, _: Request) -> Response:
        ready = self._is_ready()
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready"})

    async def _contracts(self, _: Request) -> Response:
        return _json(200, await self._listing())


def _json(status: int, data: object) -> Response:
    return Response(status, msgspec.json.encode(data))
