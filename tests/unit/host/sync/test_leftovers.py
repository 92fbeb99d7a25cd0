"""What calls leave in their threads, and whose code hooks are."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, Protocol

import pytest

import plures
from plures import Application, Capability, Lifecycle, NotDeclared, contract, query
from plures.errors import InvalidInput
from plures.testing import Running, Where, run

LONG_S = 30


@contract("leftovers.keeps.v1", owner="tests")
class Keeps(Protocol):
    @query()
    def found(self) -> list[str]: ...
    @query()
    def fails(self) -> None: ...


@contract("leftovers.jobs.v1", owner="tests")
class Jobs(Protocol):
    @query()
    def said(self) -> list[str]: ...


class KeepsService:
    here = threading.local()

    def __init__(self, lifecycle: Lifecycle) -> None:
        lifecycle.after_each(self.fails)
        # Each thread has another one.
        lifecycle.after_each(lambda: self.here.__dict__.clear())  # noqa: PLW0108

    def found(self) -> list[str]:
        kept: list[str] = self.here.__dict__.setdefault("kept", [])
        kept.append(f"call {len(kept) + 1}")
        return kept

    def fails(self) -> None:
        message = "nothing to close"
        raise ZeroDivisionError(message)


class JobsService:
    said_at_stop: ClassVar[list[str]] = []
    let_go = threading.Event()

    def __init__(self, keeps: Keeps, lifecycle: Lifecycle) -> None:
        self._said: list[str] = []
        self._keeps = keeps
        self._is_done = asyncio.Event()
        lifecycle.on_start(self.starts)
        lifecycle.on_ready(self.is_ready)
        lifecycle.on_stop(self.stops)
        lifecycle.background(self.hangs)

    def said(self) -> list[str]:
        return self._said

    def starts(self) -> None:
        self._said += plures.client(Keeps).found()
        with pytest.raises(NotDeclared, match="'jobs' does not say that it calls 'jobs'"):
            plures.client(Jobs)

    async def is_ready(self) -> None:
        self._said += await asyncio.to_thread(plures.client(Keeps).found)

    def stops(self) -> None:
        self.said_at_stop.extend(plures.client(Keeps).found())

    def hangs(self) -> None:
        self.let_go.wait(LONG_S)


app = Application("leftovers", [Capability(Keeps, KeepsService), Capability(Jobs, JobsService)], clients=[Keeps, Jobs])


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    JobsService.let_go.clear()
    JobsService.said_at_stop.clear()
    async with run(app, Where.IN_PROCESS, data=tmp_path) as started:
        yield started
        JobsService.let_go.set()


async def test_a_call_finds_nothing_of_another_one_in_its_thread(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    keeps = running.client(Keeps)
    assert [await asyncio.to_thread(keeps.found) for _ in range(3)] == [["call 1"]] * 3
    assert "KeepsService.fails failed, which tidies up after a call" in caplog.text


async def test_what_tidies_up_runs_in_the_thread_so_it_is_no_coroutine_function() -> None:
    async def remove() -> None: ...

    with pytest.raises(InvalidInput, match="is a coroutine function, and runs on the event loop"):
        Lifecycle().after_each(remove)


async def test_connections_of_django_are_looked_at_around_each_call_and_each_hook(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: list[str] = []
    here = SimpleNamespace(close_old_connections=lambda: at.append(threading.current_thread().name.partition("-")[0]))
    monkeypatch.setitem(sys.modules, "django.db", here)
    await asyncio.to_thread(running.client(Keeps).found)
    assert at.count("keeps") == 2

    lifecycle, done = Lifecycle("tidied"), threading.Event()
    lifecycle.on_start(done.wait)
    lifecycle.on_start(lambda: asyncio.sleep(0))
    done.set()
    for hook in lifecycle.start_hooks:
        await hook()
    await lifecycle.threads.close()
    # Threads of other tests may end meanwhile.
    assert at.count("tidied (hooks)") == 2


async def test_hooks_call_what_the_constructor_of_their_service_names(running: Running) -> None:
    assert await asyncio.to_thread(running.client(Jobs).said) == ["call 1"] * 2


async def test_work_that_hangs_in_its_thread_does_not_keep_a_replica_from_stopping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    JobsService.let_go.clear()
    JobsService.said_at_stop.clear()
    async with run(app, Where.IN_PROCESS, data=tmp_path):
        assert not JobsService.let_go.is_set()
    JobsService.let_go.set()
    assert JobsService.said_at_stop == ["call 1"]
    assert "jobs (hooks) stops although 1 of its threads run on: JobsService.hangs" in caplog.text
