"""A WSGI application as an edge: each request runs in a thread of its own, of so many as there may be at once.

The thread works for the request as a task would: the deadline of its calls, its id, its criticality and its context go with it. What a
thread waits for, body or client, ends when the client hangs up.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

from plures.application import EDGE_DEADLINE_S
from plures.runtime import NoPlace, Threads

from .admission import kind_of, refuse
from .wsgi_answer import Answer
from .wsgi_body import Body, HungUp
from .wsgi_environ import environ_of

EDGE_THREADS: Final = 40
"""As many as Starlette has for plain functions."""


class WsgiEdge:
    """An ASGI application that asks a WSGI application.

    Args:
        threads: How many requests it works on at once, those left out that wait for a call.
        wait_s: How long a request waits for a thread, before it is refused.
    """

    def __init__(
        self, app: Callable[..., Iterable[bytes]], threads: int = EDGE_THREADS, wait_s: float = EDGE_DEADLINE_S
    ) -> None:
        self._app = app
        self._threads = Threads("the edge", places=threads, queue_s=wait_s)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; a WebSocket is refused."""
        match scope["type"]:
            case "lifespan":
                await self._live(receive, send)
            case "http":
                await self._answer(scope, receive, send)
            case _:
                await receive()
                await send({"type": "websocket.close"})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._threads.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        body, answer = Body(loop), Answer(loop)
        work = asyncio.create_task(self._work(scope, body, answer))
        listening = asyncio.create_task(_listen(body, answer, receive))
        try:
            await answer.send_on(send)
            await work
        except NoPlace:
            await refuse(scope, send)
        finally:
            work.cancel()
            listening.cancel()
            body.hang_up()
            answer.hang_up()

    async def _work(self, scope: Any, body: Body, answer: Answer) -> None:
        """Run the application in a thread, once there is one."""
        try:
            await self._threads.run(kind_of(scope), self._run, (scope, body, answer))
        except NoPlace as full:
            answer.over(full)

    def _run(self, scope: Any, body: Body, answer: Answer) -> None:
        """What the thread does."""
        failure: BaseException | None = None
        try:
            pieces = self._app(environ_of(scope, body), answer.start_response)
            try:
                for piece in pieces:
                    answer.write(piece)
                answer.end()
            finally:
                # PEP 3333 has it called whatever happens: frameworks give back there what the request has borrowed.
                close: Callable[[], None] | None = getattr(pieces, "close", None)
                if close is not None:
                    close()
        except HungUp:
            pass
        except BaseException as error:  # noqa: BLE001 - whatever it is, the task of the request raises it
            failure = error
        answer.over(failure)


async def _listen(body: Body, answer: Answer, receive: Any) -> None:
    """Hear the client until it hangs up."""
    try:
        await body.feed(receive)
    finally:
        body.hang_up()
        answer.hang_up()
