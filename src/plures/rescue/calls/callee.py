"""A service that can be called in this process."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]
Asgi: TypeAlias = Callable[[Any, Any, Any], Awaitable[Any]]
log = logging.getLogger("plures.rescue")


@dataclass(eq=False)
class Callee:
    """One service.

    Attributes:
        application: Its ASGI application, once it is loaded.
        loop: The event loop that it runs on, once it has settled.
        thread: The thread of that loop.
        context: What its tasks begin with: nothing of their callers.
        state: What its lifespan has put aside for requests.
        is_up: Whether it answers.
        tasks: What runs of it that we began.
        requests: Those of the tasks that answer requests.
    """

    name: str
    application: Asgi = field(init=False)
    loop: asyncio.AbstractEventLoop = field(init=False)
    thread: int = 0
    context: Context = field(default_factory=Context)
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    is_up: bool = False
    tasks: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])
    requests: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])

    def settle_on(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        """Remember where it runs."""
        self.loop, self.thread = loop, thread

    def begin(self, work: Coroutine[Any, Any, None], *, is_request: bool = False) -> None:
        """Run something of its own, on its loop."""
        task = self.loop.create_task(work, context=self.context.copy())
        kept = self.requests if is_request else self.tasks
        kept.add(task)
        task.add_done_callback(kept.discard)

    def post(self, call: Callable[..., object], *arguments: Any) -> None:
        """Call something on its loop: at once where that runs here."""
        if threading.get_ident() == self.thread:
            call(*arguments)
        else:
            self.loop.call_soon_threadsafe(call, *arguments)
