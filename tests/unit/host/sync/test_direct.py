"""A call of a `def` method by a thread of the same process: the event loop has no part in it, and all else is as ever."""

import asyncio
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Protocol

import pytest

from plures import (
    Application,
    Capability,
    ContractError,
    DeadlineExceeded,
    Internal,
    Outcome,
    Overloaded,
    contract,
    query,
    request_id,
)
from plures.runtime import NoPlace, Threads, awaitable, current
from plures.testing import Running, Where, run
from plures.topology import Policies, monolith, parse

LONG_S = 30
WHO: ContextVar[str] = ContextVar("who", default="nobody asked")


class Refused(ContractError, status="failed_precondition"):
    """It does not want to."""


@contract("direct.works.v1", owner="tests")
class Works(Protocol):
    @query(deadline_s=LONG_S, criticality="critical")
    def where(self) -> tuple[str, str, str, str]: ...
    @query(deadline_s=0.05)
    def late(self) -> None: ...
    @query(deadline_s=LONG_S)
    def waits(self) -> None: ...
    @query(deadline_s=LONG_S, errors=[Refused])
    def fails(self, how: str) -> str: ...
    @query(deadline_s=LONG_S)
    def adds(self, items: list[str]) -> list[str]: ...
    @query(deadline_s=LONG_S)
    def later(self) -> str: ...
    @query(deadline_s=LONG_S)
    def wrong(self) -> str: ...


@contract("direct.asks.v1", owner="tests")
class Asks(Protocol):
    @query(deadline_s=0.1)
    def waits(self) -> None: ...


class WorksService:
    begun = threading.Semaphore(0)
    let_go = threading.Event()
    kept: ClassVar[list[str]] = []
    local = threading.local()

    def where(self) -> tuple[str, str, str, str]:
        call = current.get()
        assert call is not None
        return (threading.current_thread().name, WHO.get(), request_id() or "", call.criticality.value)

    def late(self) -> None:
        self.let_go.wait(LONG_S)

    def waits(self) -> None:
        self.begun.release()
        self.let_go.wait(LONG_S)

    def fails(self, how: str) -> str:
        try:
            {}["nothing"]
        except KeyError as error:
            match how:
                case "declared":
                    raise Refused from error
                case "exit":
                    sys.exit(3)
                case "stop":
                    next(iter(()))
                case "cancelled":
                    raise asyncio.CancelledError from error
                case _:
                    raise ValueError(how) from error
        return how

    def adds(self, items: list[str]) -> list[str]:
        items.append("more")
        self.kept = items
        return items

    def later(self) -> Any:
        async def answer() -> str:
            await asyncio.sleep(0)
            return threading.current_thread().name

        return answer()

    def wrong(self) -> Any:
        return 3


class AsksService:
    raised: ClassVar[list[type[BaseException]]] = []
    is_over = threading.Event()

    def __init__(self, works: Works) -> None:
        self._works = works

    def waits(self) -> None:
        try:
            self._works.waits()
        except BaseException as error:
            self.raised.append(type(error))
            raise
        finally:
            self.is_over.set()


app = Application("direct", [Capability(Works, WorksService), Capability(Asks, AsksService)])


# In tests, calls wait for long where nothing says how long they may.
SHORT_QUEUE = replace(monolith(), policies=Policies(everywhere={"queue_s": 0.2}))


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    WorksService.let_go.clear()
    async with run(app, Where.IN_PROCESS, data=tmp_path, topology=SHORT_QUEUE) as started:
        yield started
        WorksService.let_go.set()


@pytest.fixture
async def works(running: Running) -> Works:
    return running.client(Works)


def beside_the_loop(call: Callable[[], Any]) -> Any:
    """What a call in a thread answers, or raises, while the event loop stands still."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(LONG_S)


async def test_it_needs_no_turn_of_the_event_loop(works: Works) -> None:
    thread, who, request, criticality = beside_the_loop(works.where)
    assert thread.startswith("works-")
    assert (who, criticality) == ("nobody asked", "critical")
    assert len(request) == 32


async def test_the_context_of_the_caller_comes_along(works: Works) -> None:
    def ask() -> tuple[str, str, str, str]:
        WHO.set("anna")
        return works.where()

    assert beside_the_loop(ask)[1] == "anna"
    assert current.get() is None


async def test_its_deadline_ends_the_call_and_names_the_thread_that_runs_on(
    works: Works, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        beside_the_loop(works.late)
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN
    assert "Works/Late runs on in its thread" in caplog.text


async def test_a_call_that_finds_no_place_waits_for_one_on_the_loop(works: Works) -> None:
    with ThreadPoolExecutor(41) as pool:
        loop = asyncio.get_running_loop()
        held = [loop.run_in_executor(pool, works.waits) for _ in range(40)]
        for _ in range(40):
            await asyncio.to_thread(WorksService.begun.acquire)
        with pytest.raises(Overloaded, match="its capability has 40 threads, and they are taken") as caught:
            await loop.run_in_executor(pool, works.where)
        assert caught.value.outcome is Outcome.NOT_SENT
        waiting = loop.run_in_executor(pool, works.where)
        WorksService.let_go.set()
        await asyncio.gather(*held, waiting)


async def test_the_topology_file_says_how_many_places_there_are(tmp_path: Path) -> None:
    WorksService.let_go.clear()
    said = parse('[application]\nimport = "a:a"\n[policy]\nqueue_s = 0\n[capabilities.works]\npolicy = { threads = 1 }')
    async with run(app, Where.IN_PROCESS, data=tmp_path, topology=said.topology()) as running:
        works = running.client(Works)
        held = asyncio.create_task(asyncio.to_thread(works.waits))
        await asyncio.to_thread(WorksService.begun.acquire)
        with pytest.raises(Overloaded, match="has 1 threads, and they are taken"):
            await asyncio.to_thread(works.where)
        WorksService.let_go.set()
        await held


async def test_a_thread_whose_caller_is_gone_is_told_while_it_waits_for_another(running: Running) -> None:
    AsksService.raised.clear()
    AsksService.is_over.clear()
    asks = running.client(Asks)
    with pytest.raises(DeadlineExceeded):
        await asyncio.to_thread(asks.waits)
    assert await asyncio.to_thread(AsksService.is_over.wait, LONG_S)
    assert AsksService.raised in ([asyncio.CancelledError], [DeadlineExceeded])


@pytest.mark.parametrize(
    ("how", "seen"),
    [("declared", Refused), ("stop", Internal), ("exit", Internal), ("cancelled", Internal), ("other", Internal)],
)
async def test_an_error_is_what_it_is_by_way_of_the_loop(works: Works, how: str, seen: type[Exception]) -> None:
    with pytest.raises(seen) as caught:
        beside_the_loop(lambda: works.fails(how))
    shown = traceback.format_exception(caught.value)
    assert not any("nothing" in line for line in shown)
    with pytest.raises(seen):
        await awaitable(works.fails)(how)


async def test_what_can_be_changed_is_copied_both_ways(works: Works) -> None:
    given = ["a"]
    answer = beside_the_loop(lambda: works.adds(given))
    assert (given, answer) == (["a"], ["a", "more"])
    answer.append("mine")
    assert beside_the_loop(lambda: works.adds(items=[])) == ["more"]


async def test_arguments_that_do_not_fit_are_an_error_of_the_caller(works: Works) -> None:
    with pytest.raises(TypeError, match="how"):
        beside_the_loop(works.fails)  # type: ignore[arg-type]


async def test_a_function_may_make_what_is_awaited(works: Works) -> None:
    assert await asyncio.to_thread(works.later) == threading.current_thread().name


async def test_an_answer_of_another_type_is_a_failure(works: Works) -> None:
    with pytest.raises(Internal):
        beside_the_loop(works.wrong)


async def test_a_machine_without_threads_refuses_and_keeps_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(**_: Any) -> Any:
        def start() -> None:
            message = "can't start new thread"
            raise RuntimeError(message)

        return SimpleNamespace(start=start)

    threads = Threads("shop", places=1)
    with monkeypatch.context() as patched:
        patched.setattr(threading, "Thread", no_thread)
        with pytest.raises(NoPlace):
            await threads.run("none", str)
    assert await threads.run("some", str) == ""
    await threads.close()
