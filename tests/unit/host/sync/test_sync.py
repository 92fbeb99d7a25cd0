"""Calls that block, and `def` methods of services, in one host."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import pytest

import plures
from plures import (
    Application,
    BlockingOnLoop,
    Capability,
    ContractError,
    ContractUnknown,
    DeadlineExceeded,
    Internal,
    Message,
    NotDeclared,
    Outcome,
    SeveralApplications,
    Unavailable,
    acting_for,
    blocking,
    contract,
    query,
    request_context,
)
from plures.testing import Running, Where, run

LONG_S = 30
let_go = threading.Event()


class Person(Message):
    name: str


class NotFound(ContractError, status="not_found"):
    """There is no such thing."""


@contract("sync.inner.v1", owner="tests")
class Inner(Protocol):
    @query(deadline_s=LONG_S, errors=[NotFound])
    def ask(self, depth: int = 0) -> str: ...
    @query()
    async def who(self) -> str: ...
    @query()
    def letters(self, text: str) -> AsyncIterator[str]: ...


@contract("sync.outer.v1", owner="tests")
class Outer(Protocol):
    @query(deadline_s=LONG_S, errors=[NotFound])
    def ask(self, depth: int = 0) -> str: ...
    @query(deadline_s=0.05)
    def hang(self) -> str: ...
    @query(deadline_s=LONG_S)
    def wait(self) -> str: ...
    @query(deadline_s=LONG_S)
    async def undeclared(self) -> str: ...
    @query(deadline_s=LONG_S)
    async def wrong(self) -> str: ...
    @query()
    async def items(self) -> str: ...


class InnerService:
    def __init__(self, outer: Outer) -> None:
        self.outer = outer

    def ask(self, depth: int = 0) -> str:
        if depth < 0:
            raise NotFound
        return self.outer.ask(depth - 1) + "i" if depth else "i"

    async def letters(self, text: str) -> AsyncIterator[str]:
        for letter in text:
            yield letter

    def who(self) -> str:
        return request_context(Person).name


class OuterService:
    def __init__(self, inner: Inner) -> None:
        self.inner = inner

    def ask(self, depth: int = 0) -> str:
        return self.inner.ask(depth - 1) + "o" if depth else "o"

    def hang(self) -> str:
        let_go.wait(LONG_S)
        return self.ask(1)

    def wait(self) -> str:
        let_go.wait(LONG_S)
        return "waited"

    async def undeclared(self) -> str:
        return await asyncio.to_thread(plures.client(Outer).ask)

    async def wrong(self) -> str:
        return self.inner.ask()

    async def items(self) -> str:
        return await plures.client(Inner).who()


@contract("sync.other.v1", owner="tests")
class Other(Protocol):
    @query()
    def ask(self) -> str: ...


app = Application(
    "sync", [Capability(Inner, InnerService), Capability(Outer, OuterService)], clients=[Inner], context=Person
)


@pytest.fixture(params=[Where.IN_PROCESS, Where.CHECKED, Where.OVER_THE_WIRE])
async def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    let_go.clear()
    async with run(app, request.param, data=tmp_path) as started:
        yield started
        let_go.set()


@pytest.fixture(params=[Where.IN_PROCESS, Where.CHECKED])
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    let_go.clear()
    async with run(app, request.param, data=tmp_path) as started:
        yield started
        let_go.set()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Running]:
    let_go.clear()
    async with run(app, Where.IN_PROCESS, data=tmp_path) as started:
        yield started
        let_go.set()


async def test_a_call_from_a_thread_blocks_and_gets_the_answer(running: Running) -> None:
    assert await asyncio.to_thread(running.client(Inner).ask) == "i"


async def test_calls_nest_from_thread_to_thread(anywhere: Running) -> None:
    assert await asyncio.to_thread(anywhere.client(Inner).ask, 6) == "ioioioi"


async def test_calls_that_nest_do_not_wait_for_the_threads_that_they_hold(here: Running) -> None:
    inner = here.client(Inner)
    with ThreadPoolExecutor(60) as pool:
        loop = asyncio.get_running_loop()
        answers = await asyncio.gather(*(loop.run_in_executor(pool, inner.ask, 3) for _ in range(60)))
    assert set(answers) == {"oioi"}


async def test_a_declared_error_arrives_as_itself(running: Running) -> None:
    with pytest.raises(NotFound):
        await asyncio.to_thread(running.client(Inner).ask, -1)


async def test_a_call_on_the_event_loop_is_refused_and_says_what_to_do(running: Running) -> None:
    with pytest.raises(BlockingOnLoop, match=r"Cannot call sync\.inner\.v1\.Inner/Ask") as caught:
        running.client(Inner).ask()
    assert "await asyncio.to_thread(inner.ask, …)" in caught.value.fix


async def test_an_async_service_that_blocks_fails_as_with_any_error_of_its_own(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Internal):
        await running.client(Outer).wrong()
    assert "asyncio.to_thread" in caplog.text


async def test_a_thread_that_runs_beyond_the_deadline_may_have_run(anywhere: Running) -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        await asyncio.to_thread(anywhere.client(Outer).hang)
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN


async def test_an_async_operation_is_called_from_a_thread_by_blocking(anywhere: Running) -> None:
    inner = anywhere.client(Inner)

    def ask() -> str:
        with acting_for(Person("anna")):
            return blocking(inner.who)()

    assert await asyncio.to_thread(ask) == "anna"


async def test_a_thread_of_no_request_gets_a_client(running: Running) -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(plures.client(Inner).ask()))
    thread.start()
    await asyncio.to_thread(thread.join, LONG_S)
    assert found == ["i"]


async def test_another_loop_awaits_the_clients_of_the_host(here: Running) -> None:
    async def ask() -> str:
        with acting_for(Person("bert")):
            return await plures.client(Inner).who()

    assert await asyncio.to_thread(asyncio.run, ask()) == "bert"


async def test_another_loop_reads_streams_of_the_host(running: Running) -> None:
    async def read() -> str:
        return "".join([letter async for letter in plures.client(Inner).letters("abc")])

    assert await asyncio.to_thread(asyncio.run, read()) == "abc"
    assert await read() == "abc"


async def test_code_calls_only_what_it_has_declared(running: Running) -> None:
    with pytest.raises(NotDeclared, match="the edge does not say") as caught:
        plures.client(Outer)
    assert "clients=[Outer]" in caught.value.fix
    with pytest.raises(ContractUnknown, match="has no capability for it"):
        plures.client(Other)
    with pytest.raises(Internal):
        await running.client(Outer).undeclared()


async def test_deep_code_of_a_capability_calls_what_its_constructor_names(here: Running) -> None:
    with acting_for(Person("carl")):
        assert await here.client(Outer).items() == "carl"


async def test_threads_that_wait_are_told_when_the_host_stops(tmp_path: Path) -> None:
    let_go.clear()
    async with run(app, Where.IN_PROCESS, data=tmp_path) as started:
        waiting = asyncio.create_task(asyncio.to_thread(started.client(Outer).wait))
        waiting.add_done_callback(lambda _: let_go.set())
        await asyncio.sleep(0.02)
    with pytest.raises(Unavailable) as caught:
        await waiting
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN
    with pytest.raises(Unavailable) as caught:
        await asyncio.to_thread(started.client(Outer).wait)
    assert caught.value.outcome is Outcome.NOT_SENT


async def test_two_applications_in_one_process_are_told_apart(here: Running, tmp_path: Path) -> None:
    class OtherService:
        def ask(self) -> str:
            return "other"

    other = Application("other", [Capability(Other, OtherService)], clients=[Other])
    async with run(other, Where.IN_PROCESS, data=tmp_path), run(app, Where.IN_PROCESS, data=tmp_path / "again"):
        with ThreadPoolExecutor(1) as pool:
            assert await asyncio.get_running_loop().run_in_executor(pool, lambda: plures.client(Other).ask()) == "other"
            with pytest.raises(SeveralApplications, match=r"\(sync, sync\)"):
                await asyncio.get_running_loop().run_in_executor(pool, plures.client, Inner)


async def test_a_forked_process_has_no_application(here: Running) -> None:
    inner = here.client(Inner)
    read, write = os.pipe()

    def fork() -> str:
        child = os.fork()
        if not child:
            try:
                inner.ask()
            except Unavailable as error:
                os.write(write, error.why.encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as said:
            text = said.read()
        os.waitpid(child, 0)
        return text

    assert "forked" in await asyncio.to_thread(fork)
