"""A transport that sends idempotent calls twice. A test fails when an operation is idempotent in name only, and says why."""

import logging
from collections.abc import AsyncGenerator, Callable, Collection
from contextvars import ContextVar
from time import monotonic
from typing import Any, Final

from plures.application import Assembly
from plures.contract import OperationDescription
from plures.http import HttpTransport
from plures.runtime import Bind, Outgoing, Reply, WatchedTransport, awaitable, connect

_DEEPEST: Final = 4
"""Calls further down are sent once, because each level doubles the number of calls below it."""

_HABIT: Final = "the placement 'over the wire' sends each query and each idempotent command twice"
_MOST_SHOWN: Final = 200
_LOG: Final = logging.getLogger("plures.testing")
_note: ContextVar[str | None] = ContextVar("plures_repeated_call", default=None)
"""What to say of the last call of this task, where it fails since it was sent twice."""


class RepeatingTransport:
    """Sends every call of the idempotent operations twice, one after the other, and answers with the second reply."""

    def __init__(self, idempotent_paths: Collection[str], inner: WatchedTransport | None = None) -> None:
        self._idempotent = frozenset(idempotent_paths)
        self._inner = inner or HttpTransport()

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        _note.set(None)
        began = monotonic()
        first = await self._inner.unary(url, outgoing)
        if outgoing.path not in self._idempotent or outgoing.hops > _DEEPEST:
            return first
        note = f"{_HABIT}. {outgoing.path[1:]} {_outcome(first)} the first time"
        # This stays where the second call has no answer: its deadline passes, or its connection breaks.
        took_ms = (monotonic() - began) * 1000
        _note.set(f"{note}, after {took_ms:.0f} of the {outgoing.timeout_ms} ms for both, and failed the second time")
        second = await self._inner.unary(url, outgoing)
        _note.set(None)
        if second != first:
            note += (
                f", and {_outcome(second)} the second time. Where this is not right, the operation is not idempotent"
            )
            _note.set(note)
            _LOG.warning("%s", note)
        return second

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        return self._inner.stream(url, outgoing)

    async def knock(self, url: str) -> None:
        await self._inner.knock(url)

    def give_up(self, outgoing: Outgoing) -> None:
        self._inner.give_up(outgoing)

    async def close(self) -> None:
        await self._inner.close()


def idempotent_paths(assembly: Assembly) -> frozenset[str]:
    """The paths of all operations that may be repeated."""
    operations = (operation for contract in assembly.contracts for operation in contract.operations.values())
    return frozenset(operation.path for operation in operations if operation.declaration.idempotent)


def telling(operations: Any) -> Bind:
    """Binds the operations of another client, and adds to each failure that a repetition caused a note that says so."""

    def how(operation: OperationDescription) -> Callable[..., Any]:
        inner = awaitable(getattr(operations, operation.name))
        return inner if operation.streams else _telling(inner)

    return how


def _telling(inner: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        _note.set(None)
        try:
            return await inner(*args, **kwargs)
        except Exception as error:
            note = _note.get()
            if note is not None:
                error.add_note(note)
            raise

    return call


def _outcome(reply: Reply) -> str:
    body = reply.body.decode(errors="replace")
    shown = body if len(body) <= _MOST_SHOWN else body[:_MOST_SHOWN] + "…"
    return f"{'answered' if reply.http_status == connect.OK else 'failed with'} {shown}"
