"""Processes of tests that kill themselves before or after one of their steps, by its name and number: `before commit 3`, `after take 1`.

- `commit`: what a handler or a command has written is committed.
- `send`: a call goes to another process, and is answered.
- `note`: a relay writes what it knows, the places of events and how far it is.

Over NATS alone:

- `store`: a publisher has the broker store a message.
- `answer`: a publisher answers a replica on its subject, first that it may run, then that it has heard.
- `take`: a subscriber asks whether it may run.
- `done`: a subscriber says what came of it.
"""

import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from nats.aio.msg import Msg

from plures.data import Database, HoldingWork
from plures.http import HttpTransport
from plures.nats import Connection, NatsTransport, words

Step = Callable[..., Any]


def die(dies: str) -> None:
    """Have this process do so."""
    when, step, number = dies.split()
    dying = _Dying(when == "before", int(number))
    match step:
        case "commit":
            HoldingWork.end = dying.around(HoldingWork.end)  # type: ignore[method-assign]
        case "send":
            HttpTransport.unary = dying.around(HttpTransport.unary)  # type: ignore[method-assign]
            NatsTransport.unary = dying.around(NatsTransport.unary)  # type: ignore[method-assign]
        case "note":
            Database.plain_write = dying.around_writing(Database.plain_write)  # type: ignore[method-assign]
        case "answer":
            Msg.respond = dying.around(Msg.respond)  # type: ignore[method-assign]
        case _:
            Connection.request = dying.around(Connection.request, step)  # type: ignore[method-assign]


class _Dying:
    def __init__(self, is_before: bool, number: int) -> None:
        self._is_before = is_before
        self._left = number

    def around(self, step: Step, said: str = "") -> Step:
        @wraps(step)
        async def does(*told: Any, **more: Any) -> Any:
            is_meant = not said or _said(*told) == said
            if is_meant and self._is_before:
                self._count()
            result = await step(*told, **more)
            # One that failed does not count.
            if is_meant and not self._is_before:
                self._count()
            return result

        return does

    def around_writing(self, write: Step) -> Step:
        @asynccontextmanager
        async def does(database: Database, *, lasts: bool = True) -> AsyncIterator[Any]:
            if not lasts and self._is_before:
                self._count()
            async with write(database, lasts=lasts) as connection:
                yield connection
            if not lasts and not self._is_before:
                self._count()

        return does

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _said(_: object, subject: str, body: bytes, headers: Mapping[str, str], *more: object) -> str:
    return headers.get(words.STEP) or ("store" if words.ATTEMPT in headers else "")
