"""Runs the edge, an ordinary ASGI application: its lifespan, and a deadline for what each request may call."""

import asyncio
import logging
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from plures.errors import DeadlineExceeded, PluresError, Text, Unavailable
from plures.runtime import CallContext, current

_LOG: Final = logging.getLogger("plures.edge")
EDGE_DEADLINE_S: Final = 5.0
"""Source: docs/adr/0006-call-path.md."""


@dataclass(eq=False)
class EdgeNotStarted(PluresError):
    """The edge's own start-up failed."""

    code = "host.edge_not_started"
    wording = Text("The edge did not start", why="{reason}", fix="See its log.")

    reason: str


class Edge:
    """An ASGI application whose calls to capabilities belong to one root request each."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lifespan = _Lifespan(app)

    async def start(self) -> None:
        """Run the application's lifespan start-up; raises `EdgeNotStarted`."""
        await self._lifespan.start()

    async def stop(self) -> None:
        """Run the application's lifespan shutdown."""
        await self._lifespan.stop()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; what it calls shares one deadline. A WebSocket has none."""
        scope.setdefault("state", {}).update(self._lifespan.state)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        current.set(CallContext(monotonic() + EDGE_DEADLINE_S, 0))
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except (Unavailable, DeadlineExceeded) as error:
            # A part that is down is no bug of the edge: the client may come back, and one line tells the operator.
            _LOG.warning("%s %s: %s", scope["method"], scope["path"], " ".join(str(error).split()))
            if answer.has_started:
                raise
            await answer.refuse()


class _Answer:
    """What an application answers, and whether it has begun to."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.has_started = False

    async def send(self, event: Any) -> None:
        self.has_started = True
        await self._send(event)

    async def refuse(self) -> None:
        """Say that it may work later."""
        body = b"A part of this application does not answer at the moment. Please try again.\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", b"1"),
        ]
        await self._send({"type": "http.response.start", "status": 503, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


class _Lifespan:
    """The ASGI lifespan protocol, from the server's side. An application without lifespan just raises, which is allowed."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        answer = await self._ask("lifespan.startup")
        if answer["type"] == "lifespan.startup.failed":
            message = answer.get("message", "")
            _LOG.error("the edge did not start: %s", message)
            # Frameworks send a whole traceback; its last line says what happened.
            raise EdgeNotStarted(message.strip().rpartition("\n")[2])

    async def stop(self) -> None:
        # Taken at once: a second stop at the same time would wait for an answer that does not come.
        task, self._task = self._task, None
        if task is not None and not task.done():
            answer = await self._ask("lifespan.shutdown")
            if answer["type"] == "lifespan.shutdown.failed":
                _LOG.error("the edge did not shut down well: %s", answer.get("message", ""))
            await task

    async def _ask(self, event: str) -> dict[str, str]:
        await self._inbox.put({"type": event})
        return await self._outbox.get()

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._inbox.get, self._outbox.put)
        except Exception:  # noqa: BLE001 - by the ASGI specification, raising means that lifespan is not supported
            await self._outbox.put({"type": "lifespan.unsupported"})
        else:
            await self._outbox.put({"type": "lifespan.ended"})
