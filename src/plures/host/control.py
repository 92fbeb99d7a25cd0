"""What the control listener answers, and to whom: health, the contract listing, steps of a move, and Connect calls."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import structs

from plures.access import LISTING, TRACES, Entrance
from plures.errors import CallError
from plures.http import ConnectServer, Head, Request, Response
from plures.runtime import MAX_BODY_BYTES

from .observing import MOST_BYTES
from .telling import API, MAY_MEND, METRICS, SHELL, Headers, Told, is_file

_Page: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class Control:
    """Answers `/health/live`, `/health/ready`, `/contracts`, `/docs`, `/metrics`, `/dashboard` and `/api/…`, `/v1/traces`, some other pages, and everything else as a Connect call.

    Args:
        told: The listing of contracts, the pages about them, and the dashboard, for those who may read the listing.
        notices: Path of an operation → headers that its answers have besides.
        entrance: Knows who may ask for what besides health, which all may ask for; None where nothing asks from elsewhere.
    """

    def __init__(
        self,
        connect: ConnectServer,
        *,
        is_ready: Callable[[], bool],
        told: Told,
        pages: Mapping[str, _Page],
        notices: Mapping[str, Headers] | None = None,
        entrance: Entrance | None = None,
    ) -> None:
        self._connect = connect
        self._notices: Mapping[str, Headers] = notices or {}
        self._entrance = entrance
        self._is_ready = is_ready
        self._listing = told.listing
        # They tell nothing of the application.
        self._open: Mapping[str, _Page] = {
            "/health/live": self._live,
            "/health/ready": self._ready,
            SHELL: told.pages.shell,
        }
        self._about = {**told.pages.pages, METRICS: told.figures.page}
        self._board = told.board
        self._pages: Mapping[str, _Page] = {LISTING: self._contracts, **pages, **self._about}

    def __call__(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Answer one request."""
        path = request.path
        if path in self._open:
            return self._open[path](request)
        if is_file(path):
            return self._board.file(request)
        if self._entrance is not None:
            # What is tried again is a change: it takes more than reading.
            is_change = path.startswith(API) and request.method not in ("GET", "HEAD")
            asked = MAY_MEND if is_change else LISTING if path in self._about or path.startswith(API) else path
            refusal = self._entrance.refusal(asked, request.peer, request.headers.get(b"authorization"))
            if refusal is not None:
                return self._refuse(path, refusal)
        if path.startswith(API):
            return self._board.answer(request)
        page = self._pages.get(path)
        if page is not None:
            return page(request)
        return self._connect(request) if path not in self._notices else self._with_notice(request)

    def admit(self, entrance: Entrance | None) -> None:
        """Let in whom another entrance knows, from now on."""
        self._entrance = entrance

    def limit(self, head: Head) -> int:
        """How many bytes the message of a request may have: more than usual for those alone who may make it."""
        limit = MOST_BYTES if head.path == TRACES else self._connect.limit(head)
        if limit <= MAX_BODY_BYTES or self._entrance is None:
            return limit
        may = self._entrance.admits(head.path, head.peer, head.headers.get(b"authorization"))
        return limit if may else MAX_BODY_BYTES

    async def _with_notice(self, request: Request) -> Response:
        response = await self._connect(request)
        return structs.replace(response, headers=(*response.headers, *self._notices[request.path]))

    async def _refuse(self, path: str, refusal: CallError) -> Response:
        return self._connect.refused(path, refusal)

    async def _live(self, _: Request) -> Response:
        return _json(200, {"status": "live"})

    async def _ready(self, _: Request) -> Response:
        ready = self._is_ready()
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready"})

    async def _contracts(self, _: Request) -> Response:
        return _json(200, await self._listing())


def _json(status: int, data: object) -> Response:
    return Response(status, msgspec.json.encode(data))
