"""The pool that `def` methods run in: its places, what waits for one, threads that hang."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextvars import ContextVar

import pytest

from plures.runtime import NoPlace, Threads

WHO: ContextVar[str] = ContextVar("who")
LONG_S = 30


class Gates:
    """Jobs that stay in their threads until they are let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.open = threading.Event()
        self.ran: list[str] = []

    def stay(self, name: str = "") -> str:
        self.ran.append(name)
        self.begun.release()
        assert self.open.wait(LONG_S)
        return name

    async def has_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.acquire, timeout=LONG_S)


@pytest.fixture
async def gates() -> AsyncIterator[Gates]:
    made = Gates()
    yield made
    made.open.set()


async def test_a_job_runs_in_a_thread_with_the_context_of_its_caller() -> None:
    threads = Threads("shop")
    WHO.set("anna")
    assert await threads.run("who", WHO.get) == "anna"
    assert (await threads.run("name", lambda: threading.current_thread().name)).startswith("shop-")
    await threads.close()


async def test_threads_are_used_again() -> None:
    threads = Threads("shop")
    names = {await threads.run("name", lambda: threading.current_thread().name) for _ in range(5)}
    assert len(names) == 1
    await threads.close()


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), asyncio.CancelledError()])
async def test_what_a_job_raises_its_caller_gets(error: BaseException) -> None:
    threads = Threads("shop")

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await threads.run("fail", fail)
    assert caught.value is error or isinstance(error, asyncio.CancelledError)
    assert await threads.run("works on", str) == ""
    await threads.close()


async def test_a_stop_iteration_is_what_a_coroutine_makes_of_it() -> None:
    threads = Threads("shop")
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        await threads.run("next", next, (iter(()),))
    await threads.close()


async def test_a_job_waits_for_a_place_and_gets_it(gates: Gates) -> None:
    threads = Threads("shop", places=1, queue_s=LONG_S)
    first = asyncio.create_task(threads.run("first", gates.stay, ("first",)))
    await gates.has_begun()
    second = asyncio.create_task(threads.run("second", gates.stay, ("second",)))
    await asyncio.sleep(0)
    assert gates.ran == ["first"]
    gates.open.set()
    assert [await first, await second] == ["first", "second"]
    await threads.close()


async def test_a_job_is_refused_when_no_place_is_free_in_time(gates: Gates) -> None:
    threads = Threads("shop", places=1, queue_s=0)
    first = asyncio.create_task(threads.run("first", gates.stay))
    await gates.has_begun()
    with pytest.raises(NoPlace):
        await threads.run("second", gates.stay, ("second",))
    gates.open.set()
    await first
    assert gates.ran == [""]
    await threads.close()


async def test_a_thread_that_hangs_holds_its_place_until_it_ends(
    gates: Gates, caplog: pytest.LogCaptureFixture
) -> None:
    threads = Threads("shop", places=1, queue_s=0)
    hung = asyncio.create_task(threads.run("shop.v1.Shop/Hang", gates.stay))
    await gates.has_begun()
    hung.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hung
    with pytest.raises(NoPlace):
        await threads.run("next", str)
    assert "shop.v1.Shop/Hang runs on in its thread" in caplog.text
    gates.open.set()
    await asyncio.wait_for(until_free(threads), LONG_S)
    await threads.close()


async def test_a_job_that_was_given_up_while_it_waited_never_runs_and_takes_no_place(gates: Gates) -> None:
    threads = Threads("shop", places=1, queue_s=LONG_S)
    first = asyncio.create_task(threads.run("first", gates.stay, ("first",)))
    await gates.has_begun()
    second = asyncio.create_task(threads.run("second", gates.stay, ("second",)))
    await asyncio.sleep(0)
    second.cancel()
    gates.open.set()
    await asyncio.gather(first, second, return_exceptions=True)
    assert await threads.run("third", str) == ""
    assert gates.ran == ["first"]
    await threads.close()


async def test_closing_leaves_a_thread_that_hangs_behind_and_says_so(
    gates: Gates, caplog: pytest.LogCaptureFixture
) -> None:
    threads = Threads("shop")
    hung = asyncio.create_task(threads.run("shop.v1.Shop/Hang", gates.stay))
    await gates.has_begun()
    hung.cancel()
    await threads.close(wait_s=0)
    assert "stops although 1 of its threads run on: shop.v1.Shop/Hang" in caplog.text
    with pytest.raises(NoPlace):
        await threads.run("next", str)


async def test_idle_threads_end_when_it_closes() -> None:
    threads = Threads("ends")
    await threads.run("first", str)
    await threads.close()
    for thread in threading.enumerate():
        if thread.name.startswith("ends-"):
            await asyncio.to_thread(thread.join, LONG_S)
            assert not thread.is_alive()


async def until_free(threads: Threads) -> None:
    while True:
        try:
            await threads.run("free", str)
        except NoPlace:
            await asyncio.sleep(0)
        else:
            return
