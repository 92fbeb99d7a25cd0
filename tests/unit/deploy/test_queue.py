"""Connections that wait at a listening socket are taken all at once: of TCP and of Unix sockets, on both event loops."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvloop

from plures.deploy.serving.queue import ConnectionQueue

Run = Callable[[Coroutine[Any, Any, None]], None]


class Greets(asyncio.Protocol):
    """Says hello, and is counted."""

    made: list["Greets"]

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.made.append(self)
        transport.write(b"hello")

    def connection_lost(self, error: Exception | None) -> None:
        self.made.remove(self)


@pytest.fixture
def greets() -> type[Greets]:
    return type("Greeting", (Greets,), {"made": []})


@pytest.fixture(params=["tcp", "unix"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX if request.param == "unix" else socket.AF_INET) as sock:
        sock.bind(str(tmp_path / "s") if request.param == "unix" else ("127.0.0.1", 0))
        sock.listen(1024)
        sock.setblocking(False)
        yield sock


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    def run(work: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(work)

    return run


def connected(stack: ExitStack, listening: socket.socket, count: int) -> list[socket.socket]:
    clients = [stack.enter_context(socket.socket(listening.family)) for _ in range(count)]
    for client in clients:
        client.connect(listening.getsockname())
    return clients


async def turns_until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - the loop takes some turns for it
            await asyncio.sleep(0)


async def closed(made: list[Greets]) -> None:
    """Close all, and return when they are."""
    for each in [*made]:
        each.transport.close()
    await turns_until(lambda: not made)


def test_all_that_wait_are_taken_however_many(run: Run, listening: socket.socket, greets: type[Greets]) -> None:
    async def body() -> None:
        with ExitStack() as stack:
            # More than one turn of the loop takes.
            clients = connected(stack, listening, 300)
            queue = ConnectionQueue(listening, greets)
            await queue.empty()
            assert len(greets.made) == 300
            for client in clients:
                assert client.recv(5) == b"hello"
            await closed(greets.made)

    run(body())


def test_one_that_comes_lets_those_behind_it_in(run: Run, listening: socket.socket, greets: type[Greets]) -> None:
    async def body() -> None:
        with ExitStack() as stack:
            connected(stack, listening, 5)
            queue = ConnectionQueue(listening, greets)
            queue.soon()
            queue.soon()
            assert not greets.made
            await turns_until(lambda: len(greets.made) == 5)
            await closed(greets.made)

    run(body())


def test_a_peer_that_has_gone_again_harms_no_other(run: Run, listening: socket.socket, greets: type[Greets]) -> None:
    async def body() -> None:
        with ExitStack() as stack:
            gone, stays = connected(stack, listening, 2)
            if listening.family == socket.AF_INET:
                # Its end is a reset, not an orderly one.
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            gone.close()
            queue = ConnectionQueue(listening, greets)
            await queue.empty()
            assert stays.recv(5) == b"hello"
            await closed(greets.made)

    run(body())


def test_nothing_waits_and_a_closed_socket_are_no_trouble(
    run: Run, listening: socket.socket, greets: type[Greets]
) -> None:
    async def body() -> None:
        queue = ConnectionQueue(listening, greets)
        await queue.empty()
        listening.close()
        await queue.empty()
        queue.soon()
        await asyncio.sleep(0)
        assert not greets.made

    run(body())
