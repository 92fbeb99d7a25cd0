"""Running an application for a test: what it gives, what it cleans up, and what it refuses."""

import asyncio
import threading
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from lab import Echo, Trouble, app

from plures import Application, Capability, Lifecycle, contract, query
from plures.application import ApplicationNotLoaded, assemble
from plures.errors import InvalidInput
from plures.testing import EVERYWHERE, NotRunnable, Where, one_each, run
from plures.topology import Process

HERE = [where for where in EVERYWHERE if where is not Where.LOCAL_PROCESSES]


@pytest.mark.parametrize("where", HERE)
async def test_an_application_value_runs_in_one_process(tmp_path: Path, where: Where) -> None:
    async with run(app, where, data=tmp_path) as running:
        assert running.where is where
        assert await running.client(Echo).number(5) == 5
        assert running.public_url is None
        with pytest.raises(LookupError, match=f"one process only when running {where}"):
            _ = running.processes


async def test_each_run_begins_anew(tmp_path: Path) -> None:
    for where in HERE:
        async with run("lab:app", where, data=tmp_path) as running:
            assert await running.client(Trouble).add(1) == 1
            assert await running.client(Trouble).put("key", 5) == 1


async def test_an_application_value_cannot_be_other_processes(tmp_path: Path) -> None:
    with pytest.raises(NotRunnable) as caught:
        async with run(app, Where.LOCAL_PROCESSES, data=tmp_path):
            pass
    assert caught.value.why == "other processes could not import it"
    assert "shop.app:app" in caught.value.fix


@pytest.mark.parametrize("import_string", ["no_such_lab:app", "lab:no_such", "lab", "lab:Echo"])
async def test_what_cannot_be_loaded_is_said(tmp_path: Path, import_string: str) -> None:
    with pytest.raises(ApplicationNotLoaded):
        async with run(import_string, data=tmp_path):
            pass


async def test_what_is_wrong_with_an_application_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        async with run(Application("Lab!", []), data=tmp_path):
            pass


@contract("running.guest.v1", owner="tests")
class Guest(Protocol):
    @query()
    async def ask(self) -> str: ...


def guest(events: list[str], *, fails: bool = False) -> Application:
    class Service:
        def __init__(self, lifecycle: Lifecycle) -> None:
            lifecycle.on_start(self.start)
            lifecycle.on_stop(self.stop)

        async def start(self) -> None:
            events.append("start")
            if fails:
                message = "on purpose"
                raise OSError(message)

        async def stop(self) -> None:
            events.append("stop")

        async def ask(self) -> str:
            return "fine"

    def edge(guest: Guest) -> Any:
        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            body = (await guest.ask()).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
            await send({"type": "http.response.body", "body": body})

        return asgi

    return Application("running", [Capability(Guest, Service)], edge=edge)


@pytest.mark.parametrize("where", HERE)
async def test_leaving_stops_it_even_after_a_failed_test(tmp_path: Path, where: Where) -> None:
    events: list[str] = []
    tasks, threads = asyncio.all_tasks(), threading.active_count()
    with pytest.raises(ZeroDivisionError):
        async with run(guest(events), where, data=tmp_path) as running:
            assert await running.client(Guest).ask() == "fine"
            _ = 1 / 0
    assert events == ["start", "stop"]
    assert asyncio.all_tasks() == tasks
    assert threading.active_count() == threads


@pytest.mark.parametrize("where", HERE)
async def test_what_does_not_start_leaves_nothing(tmp_path: Path, where: Where) -> None:
    events: list[str] = []
    tasks = asyncio.all_tasks()
    with pytest.raises(OSError, match="on purpose"):
        async with run(guest(events, fails=True), where, data=tmp_path):
            pass
    assert events == ["start", "stop"]
    assert asyncio.all_tasks() == tasks


async def test_the_edge_answers_where_it_says(tmp_path: Path) -> None:
    async with run(guest([]), data=tmp_path) as running, httpx.AsyncClient(trust_env=False) as client:
        assert running.public_url is not None
        assert (await client.get(running.public_url)).text == "fine"


def test_each_capability_in_a_process_of_its_own() -> None:
    assert one_each(assemble(guest([]))).processes == (Process("guest", ("guest",)), Process("edge", (), edge=True))
    assert [process.name for process in one_each(assemble(app)).processes] == [
        "relay",
        "echo",
        "trouble",
        "cautious",
        "shelf",
        "press",
        "reader",
        "who",
        "porter",
        "marks",
        "reads",
        "parcels",
    ]
