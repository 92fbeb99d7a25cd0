"""What the control listener answers: health, the contract listing, and Connect calls."""

from collections.abc import Callable

import msgspec

from plures.runtime import ConnectServer, Request, Response


class Control:
    """Answers `/health/live`, `/health/ready`, `/contracts`, and everything else as a Connect call."""

    def __init__(self, connect: ConnectServer, *, is_ready: Callable[[], bool], listing: Callable[[], object]) -> None:
        self._connect = connect
        self._is_ready = is_ready
        self._listing = listing

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/health/live":
            return _json(200, {"status": "live"})
        if request.path == "/health/ready":
            ready = self._is_ready()
            return _json(200 if ready else 503, {"status": "ready" if ready else "not ready"})
        if request.path == "/contracts":
            return _json(200, self._listing())
        return await self._connect(request)


def _json(status: int, data: object) -> Response:
    return Response(status, msgspec.json.encode(data))
