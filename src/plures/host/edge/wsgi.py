"""A WSGI application as an edge: each request runs in a thread of its own, of so many as there may be at once.

The thread works for the request as a task would: the deadline of its calls, its id, its criticality and its context go with it. What a
thread waits for, body or client, ends when the client hangs up.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from time import monotonic
from typing import Any, Final

from plures.runtime import current

from .admission import refuse
from .wsgi_answer import Answer
from .wsgi_body import Body, HungUp
from .wsgi_environ import environ_of

EDGE_THREADS: Final = 40
"""As many as Starlette has for plain functions."""


class WsgiEdge:
    """An ASGI application that asks a WSGI application.

    Args:
        threads: How many requests it works on at once. Others wait, as long as the calls of a request may take, and are then refused.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], threads: int = EDGE_THREADS) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="plures edge")
        self._free = asyncio.Semaphore(threads)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; a WebSocket is refused."""
        match scope["type"]:
            case "lifespan":
                await self._live(receive, send)
            case "http":
                if await self._has_thread():
                    await self._answer(scope, receive, send)
                else:
                    await refuse(scope, send)
            case _:
                await receive()
                await send({"type": "websocket.close"})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._pool.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _has_thread(self) -> bool:
        """Wait for a thread, as long as the deadline allows."""
        if not self._free.locked():
            return await self._free.acquire()
        request = current.get()
        try:
            async with asyncio.timeout(None if request is None else request.deadline - monotonic()):
                return await self._free.acquire()
        except TimeoutError:
            return False

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        body, answer = Body(loop), Answer(loop)
        work = self._pool.submit(copy_context().run, self._run, scope, body, answer)
        # When the thread ends, and not when this task does: it may be cancelled before.
        work.add_done_callback(lambda _: _soon(loop, self._free.release))
        listening = asyncio.create_task(_listen(body, answer, receive))
        try:
            await answer.send_on(send)
        finally:
            listening.cancel()
            body.hang_up()
            answer.hang_up()

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


def _soon(loop: asyncio.AbstractEventLoop, then: Callable[[], None]) -> None:
    # The loop may be closed already.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(then)
