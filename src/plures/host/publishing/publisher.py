"""One request for a published operation: who makes it, and what it is answered. A page can read each answer, refusals too."""

import logging
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from msgspec import structs

from plures.access import Pages
from plures.contract import OperationDescription
from plures.errors import AccessDenied, CallError, Internal, Outcome
from plures.host.observing import Observing
from plures.http import ConnectServer, Published, Request, Response, cors
from plures.runtime import MAX_BODY_BYTES, connect, new_request_id
from plures.telemetry import TRACEPARENT, parent_of, traceparent

_LOG: Final = logging.getLogger("plures.calls")
_TRACEPARENT: Final = TRACEPARENT.encode()
_REQUEST_ID: Final = connect.REQUEST_ID_HEADER.encode()
# What processes of the application tell each other: pages have no say in it.
_OWN: Final = b"plures-"
_OWN_PAGES: Final = frozenset({b"same-origin", b"none"})
_PRIVATE: Final = b"access-control-request-private-network"
_NOT_PRIVATE: Final = "pages of the public network may not call into a private one by this listener; publish it at an address that the page's network reaches"

Headers = tuple[tuple[bytes, bytes], ...]


class Publisher:
    """Answers requests for what is published.

    Args:
        operations: Path → what is published.
        notices: Path → headers that its answers have besides.
        seen: Told of each call that is let in; says which traces of pages are kept from their beginning.
    """

    def __init__(
        self,
        connect_server: ConnectServer,
        pages: Pages,
        operations: Mapping[str, OperationDescription],
        notices: Mapping[str, Headers],
        seen: Observing,
    ) -> None:
        self._connect = connect_server
        self._pages = pages
        self._arrived = seen.usage.arrived
        self._notices = notices
        self._published: Mapping[str, Published] = {
            path: cors.published(operation, [name for name, _ in notices.get(path, ())])
            for path, operation in operations.items()
        }
        self._most_bytes = {path: each.declaration.max_request_bytes for path, each in operations.items()}
        # Of all pages together: they are outsiders, and may name any number of traces.
        self._draw = seen.telemetry.draw()
        self._services = frozenset(_service(path) for path in operations)

    def is_published(self, path: str) -> bool:
        """Whether pages may ask for a path."""
        return path in self._published

    def most_bytes(self, path: str) -> int:
        """How many bytes of a request are kept: those of the message, and what may stand before it in a stream."""
        return self._most_bytes.get(path, MAX_BODY_BYTES) + connect.PREFIX.size

    def takes(self, path: str, headers: Callable[[], Mapping[bytes, bytes]]) -> bool:
        """Whether a request is answered here: for what is published, and of pages that may call something, for all beside it."""
        if path in self._published:
            return True
        return _service(path) in self._services and self._pages.knows(headers().get(b"origin", b"").decode("latin-1"))

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        origin = _origin_of(request.headers)
        published = self._published.get(request.path)
        readable = origin.encode("latin-1") if origin and self._pages.knows(origin) else None
        is_asked = request.method == "OPTIONS" and cors.ASKS in request.headers
        request_id = connect.sane_request_id(request.headers.get(_REQUEST_ID, b"")) or new_request_id()
        try:
            response = await self._answer(
                self._cleaned(request, request_id), origin, readable, published, is_asked=is_asked
            )
        except Exception:  # noqa: BLE001 - the page waits for an answer
            # Without the words of CORS, the page would learn of no answer at all.
            _LOG.exception("%s %s failed", request.method, request.path)
            why = "it failed inside; the log of the process that hosts the edge says why"
            response = self._connect.refused(
                request.path, Internal(request.path[1:], why, outcome=Outcome.MAY_HAVE_RUN)
            )
        if is_asked:
            return response
        response = structs.replace(response, headers=(*response.headers, (_REQUEST_ID, request_id.encode())))
        return cors.readable(response, published, readable)

    async def _answer(
        self,
        request: Request,
        origin: str | None,
        readable: bytes | None,
        published: Published | None,
        *,
        is_asked: bool,
    ) -> Response:
        path = request.path
        if is_asked:
            return self._answer_asked(request, origin, readable, published)
        try:
            caller = self._pages.caller(path, origin, request.headers.get(b"authorization"))
        except CallError as refusal:
            return self._connect.refused(path, refusal)
        self._arrived(caller, path)
        response = await self._connect(request)
        notices = self._notices.get(path, ())
        return structs.replace(response, headers=(*response.headers, *notices)) if notices else response

    def _answer_asked(
        self, request: Request, origin: str | None, readable: bytes | None, published: Published | None
    ) -> Response:
        path = request.path
        if request.headers.get(_PRIVATE, b"").lower() == b"true":
            refusal = AccessDenied(path[1:], _NOT_PRIVATE, outcome=Outcome.NOT_SENT)
            return cors.refused_asked(self._connect.refused(path, refusal))
        if readable is None:
            return cors.refused_asked(self._connect.refused(path, self._pages.refusal(path, origin or "")))
        # Of what is not published, the page gets to read the refusal, which says so.
        return cors.answer_asked(
            published or cors.NOTHING,
            request,
            readable,
            shows_token=self._pages.shows_token(readable.decode("latin-1"), path),
        )

    def _cleaned(self, request: Request, request_id: str) -> Request:
        """What a page may say: a trace of its own goes on, and whether that is kept is decided here."""
        headers = {name: value for name, value in request.headers.items() if not name.startswith(_OWN)}
        headers[_REQUEST_ID] = request_id.encode()
        parent = parent_of(headers.pop(_TRACEPARENT, b""))
        if parent is not None:
            told = traceparent(parent.trace, parent.span, is_drawn=self._draw(monotonic()))
            headers[_TRACEPARENT] = told.encode()
        repeated = tuple(line for line in request.repeated if not line[0].startswith(_OWN))
        return structs.replace(request, headers=headers, repeated=repeated)


def _origin_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The origin of the page of another site that asks; empty where it is not said; None where no such page asks."""
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
    host = headers.get(b"host", b"")
    if site in _OWN_PAGES or (site is None and origin in (None, b"http://" + host, b"https://" + host)):
        return None
    return "" if origin is None else origin.decode("latin-1")


def _service(path: str) -> str:
    return path.rpartition("/")[0]
