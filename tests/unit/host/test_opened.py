"""Services inside a context manager, groups of contracts, and work that outlives its call."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from plures import Capability, Lifecycle, Outcome, Unavailable
from plures.host import Host, Mode

from .parts import A, B, C, Notes, request

Make = Callable[..., Host]


class Answers:
    def __init__(self, answer: str) -> None:
        self._answer = answer

    async def ask(self, depth: int = 0) -> str:
        return self._answer


@pytest.mark.parametrize("mode", list(Mode))
async def test_it_is_open_while_the_service_may_be_called_and_closed_after_its_stop_hooks(
    host: Make, mode: Mode
) -> None:
    notes = Notes()

    @asynccontextmanager
    async def opened(b: B, lifecycle: Lifecycle) -> AsyncGenerator[Answers]:
        notes.append(f"open {await b.ask()}")
        notes.takes_note(lifecycle, "a")
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(asyncio.Event().wait())
            yield Answers("a")
            waiting.cancel()
        notes.append("closed")

    running = host(Capability(A, opened), Capability(B, notes.service("b")), mode=mode)
    await running.start()
    assert [note for note in notes if "a " in note or "open" in note or "b start 2" in note] == [
        "b start 2",
        "open b",
        "a start 1",
        "a start 2",
        "a ready 1",
        "a ready 2",
    ]
    assert await running.client(A).ask() == "a"
    notes.clear()
    await running.drain()
    await running.stop()
    assert notes[-5:] == ["a stop 2", "a stop 1", "closed", "b stop 2", "b stop 1"]


async def test_a_function_that_says_it_returns_a_context_manager(host: Make) -> None:
    class Connection(AbstractAsyncContextManager[Answers]):
        is_open = False

        async def __aenter__(self) -> Answers:
            self.is_open = True
            return Answers("connected")

        async def __aexit__(self, *exc: object) -> None:
            self.is_open = False

    connection = Connection()

    def connected() -> AbstractAsyncContextManager[Answers]:
        return connection

    running = host(Capability(A, connected))
    await running.start()
    assert connection.is_open
    assert await running.client(A).ask() == "connected"
    await running.stop()
    assert not connection.is_open


async def test_a_service_that_happens_to_be_a_context_manager_is_a_service(host: Make) -> None:
    class Managed(Answers):
        def __init__(self) -> None:
            super().__init__("managed")

        async def __aenter__(self) -> None:
            raise AssertionError

        async def __aexit__(self, *exc: object) -> None:
            raise AssertionError

    def make() -> Managed:
        return Managed()

    for implementation in (Managed, make):
        running = host(Capability(A, implementation))
        await running.start()
        assert await running.client(A).ask() == "managed"
        await running.stop()


async def test_what_opening_raises_passes_and_leaves_nothing_open(host: Make) -> None:
    notes = Notes()

    @asynccontextmanager
    async def fails(b: B) -> AsyncIterator[Answers]:
        message = "no such server"
        raise ConnectionError(message)
        yield Answers("never")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Answers]:
        yield Answers("b")
        notes.append("closed")

    running = host(Capability(A, fails), Capability(B, opened))
    with pytest.raises(ConnectionError, match="no such server"):
        await running.start()
    assert notes == ["closed"]


async def test_a_start_that_is_cancelled_ends_what_was_opening(host: Make) -> None:
    notes = Notes()
    entered = asyncio.Event()

    @asynccontextmanager
    async def slow() -> AsyncIterator[Answers]:
        try:
            entered.set()
            await asyncio.Event().wait()
            yield Answers("never")
        finally:
            notes.append("given up")

    starting = asyncio.create_task(host(Capability(A, slow)).start())
    await entered.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert notes == ["given up"]


async def test_a_failure_to_close_is_logged_and_the_rest_is_closed(
    host: Make, caplog: pytest.LogCaptureFixture
) -> None:
    notes = Notes()

    @asynccontextmanager
    async def breaks(b: B) -> AsyncIterator[Answers]:
        yield Answers("a")
        message = "cannot flush"
        raise OSError(message)

    running = host(Capability(A, breaks), Capability(B, notes.service("b")))
    await running.start()
    with caplog.at_level(logging.ERROR, "plures.host"):
        await running.stop()
    assert "a stop hook of a failed; stopping goes on" in caplog.text
    assert "cannot flush" in caplog.text
    assert notes[-2:] == ["b stop 2", "b stop 1"]


async def test_what_ends_while_the_service_is_in_use_is_logged_at_once(
    host: Make, caplog: pytest.LogCaptureFixture
) -> None:
    fails = asyncio.Event()

    async def helper() -> None:
        await fails.wait()
        message = "the helper broke"
        raise RuntimeError(message)

    @asynccontextmanager
    async def grouped() -> AsyncIterator[Answers]:
        async with asyncio.TaskGroup() as group:
            group.create_task(helper())
            yield Answers("a")

    running = host(Capability(A, grouped))
    await running.start()
    with caplog.at_level(logging.ERROR, "plures.host"):
        fails.set()
        async with asyncio.timeout(30):
            while not caplog.records:  # noqa: ASYNC110 - a log has no event
                await asyncio.sleep(0)
        assert caplog.records[0].getMessage() == (
            "what the service of a works with has ended; its calls may fail from now on"
        )
        await running.stop()
    assert "the helper broke" in caplog.text


@pytest.mark.parametrize("mode", list(Mode))
async def test_in_a_circle_a_service_that_is_not_open_yet_refuses_calls(host: Make, mode: Mode) -> None:
    refused: list[Unavailable] = []

    @asynccontextmanager
    async def first(b: B) -> AsyncIterator[Answers]:
        yield Answers("a")

    @asynccontextmanager
    async def second(a: A) -> AsyncIterator[Answers]:
        try:
            await a.ask()
        except Unavailable as error:
            refused.append(error)
        yield Answers("b")

    running = host(Capability(A, first), Capability(B, second), mode=mode)
    await running.start()
    assert [error.outcome for error in refused] == [Outcome.NOT_SENT]
    assert (await running.client(A).ask(), await running.client(B).ask()) == ("a", "b")
    await running.stop()


@dataclass(frozen=True)
class Inner:
    c: C


@dataclass(frozen=True, kw_only=True)
class Parties:
    b: B
    inner: Inner
    lifecycle: Lifecycle
    limit: int = 3


async def test_a_group_is_built_with_the_clients_of_its_contracts(host: Make) -> None:
    seen: list[Any] = []

    class Asks:
        def __init__(self, parties: Parties, inner: Inner, lifecycle: Lifecycle) -> None:
            seen.extend((parties, inner, lifecycle))
            self._parties = parties

        async def ask(self, depth: int = 0) -> str:
            return f"a {await self._parties.b.ask()} {await self._parties.inner.c.ask()}"

    running = host(Capability(A, Asks), Capability(B, Notes().service("b")), Capability(C, Notes().service("c")))
    await running.start()
    parties, inner, lifecycle = seen
    assert await running.client(A).ask() == "a b c"
    assert (parties.inner, parties.lifecycle, parties.limit) == (inner, lifecycle, 3)
    assert repr(parties.b) == repr(running.client(B))
    await running.stop()


async def test_draining_waits_for_detached_work_and_stopping_cancels_it(host: Make) -> None:
    done = asyncio.Event()
    notes = Notes()

    class Detaches:
        def __init__(self, b: B, lifecycle: Lifecycle) -> None:
            self._b = b
            self._lifecycle = lifecycle

        async def ask(self, depth: int = 0) -> str:
            self._lifecycle.detach(self._later())
            if depth:
                self._lifecycle.detach(self._never())
            return "begun"

        async def _later(self) -> None:
            await done.wait()
            notes.append(await self._b.ask())

        async def _never(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                notes.append("cancelled")

    running = host(Capability(A, Detaches), Capability(B, Notes().service("b")))
    await running.start()
    assert await running.client(A).ask() == "begun"
    draining = asyncio.create_task(running.drain())
    await asyncio.sleep(0)
    assert (await request(running.control, "/parts.a.v1.A/Ask", b"{}"))[0] == 503
    assert not draining.done()
    done.set()
    await draining
    assert notes == ["b"]
    await running.client(A).ask(1)
    # Turns of the loop in which both begin.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await running.stop()
    assert sorted(notes) == ["b", "b", "cancelled"]
