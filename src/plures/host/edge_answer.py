"""The answer of the edge to one request, held back while it may still be taken back."""

from typing import Any, Final

_SERVER_ERROR: Final = 500
_BODY: Final = b"A part of this application does not answer at the moment. Please try again.\n"


class EdgeAnswer:
    """Passes on what the application sends.

    A 500 in one piece is held back until the application returns or raises: Starlette, FastAPI and others answer 500 to an error
    first, and then raise it. If it says that a capability does not answer, `refuse` can still say so to the client.

    Attributes:
        has_started: Whether anything was passed on.
    """

    def __init__(self, send: Any) -> None:
        self._send = send
        self._held: list[Any] = []
        self.has_started = False

    async def send(self, event: Any) -> None:
        """What the application calls in place of the server's `send`."""
        is_failure = event["type"] == "http.response.start" and event.get("status") == _SERVER_ERROR
        is_rest = bool(self._held) and not event.get("more_body", False)
        if not self.has_started and (is_failure or is_rest):
            self._held.append(event)
            return
        await self.pass_on()
        self.has_started = True
        await self._send(event)

    async def pass_on(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, []
        for event in held:
            self.has_started = True
            await self._send(event)

    async def refuse(self) -> None:
        """Say that it may work later, in place of what was held back. Only before anything was passed on."""
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(_BODY)).encode()),
            (b"retry-after", b"1"),
        ]
        self._held = []
        await self._send({"type": "http.response.start", "status": 503, "headers": headers})
        await self._send({"type": "http.response.body", "body": _BODY})
