"""The answer of the edge to one request, held back while it may still be taken back."""

from collections.abc import Sequence
from typing import Any, Final

from plures.runtime import connect

_REQUEST_ID: Final = connect.REQUEST_ID_HEADER.encode()
_SERVER_ERROR: Final = 500
_MOST_HELD_BYTES: Final = 1024 * 1024
_BODY: Final = b"A part of this application does not answer at the moment. Please try again.\n"


class EdgeAnswer:
    """Passes on what the application sends.

    A 500 in one piece is held back until the application returns or raises: Starlette, FastAPI and others answer 500 to an error
    first, and then raise it. If it says that a capability does not answer, `refuse` can still say so to the client. After a failed
    call, a 500 in many pieces is held back as well.

    Args:
        request_id: Goes into the head of the answer, unless the application has put one there.
        failures: The failed calls of the request, so far.

    Attributes:
        has_started: Whether anything was passed on.
        status: Of the answer; 0 before there is one.
    """

    def __init__(self, send: Any, request_id: str, failures: Sequence[object] = ()) -> None:
        self._send = send
        self._request_id = (_REQUEST_ID, request_id.encode())
        self._failures = failures
        self.status = 0
        self._held: list[Any] = []
        self._held_bytes = 0
        self.has_started = False

    @property
    def is_held(self) -> bool:
        """Whether the answer is a 500, and is still held back."""
        return bool(self._held)

    async def send(self, event: Any) -> None:
        """What the application calls in place of the server's `send`."""
        is_failure = event["type"] == "http.response.start" and event.get("status") == _SERVER_ERROR
        if not self.has_started and (is_failure or self._is_rest(event)):
            self._held.append(event)
            return
        await self.pass_on()
        self.has_started = True
        await self._send_on(event)

    def _is_rest(self, event: Any) -> bool:
        """Whether an event belongs to what is held back, and there is room for it."""
        self._held_bytes += len(event.get("body", b""))
        is_whole = self._failures or not event.get("more_body", False)
        return bool(self._held and is_whole) and self._held_bytes <= _MOST_HELD_BYTES

    async def pass_on(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, []
        for event in held:
            self.has_started = True
            await self._send_on(event)

    async def refuse(self) -> None:
        """Say that it may work later, in place of what was held back. Only before anything was passed on."""
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(_BODY)).encode()),
            (b"retry-after", b"1"),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        self._held = []
        await self._send_on({"type": "http.response.start", "status": 503, "headers": headers})
        await self._send_on({"type": "http.response.body", "body": _BODY})

    async def _send_on(self, event: Any) -> None:
        if event["type"] == "http.response.start":
            self.status = event.get("status", 0)
            headers = [*event.get("headers", ())]
            if not any(bytes(name).lower() == _REQUEST_ID for name, _ in headers):
                event = {**event, "headers": [*headers, self._request_id]}
        await self._send(event)
