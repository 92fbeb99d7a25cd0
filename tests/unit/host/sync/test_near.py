"""A capability on the application's own tables: a call without `await` runs in the thread of its caller, with what belongs to that thread."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import (
    Application,
    BlockingOnLoop,
    Capability,
    ContractError,
    DeadlineExceeded,
    Internal,
    Outcome,
    Unavailable,
    client,
    command,
    contract,
    query,
)
from plures.testing import Running, Where, run

PLACEMENTS = [Where.IN_PROCESS, Where.CHECKED, Where.OVER_THE_WIRE]
LONG_S = 30


class Refused(ContractError, status="failed_precondition"):
    name: str


@contract("near.rows.v1", owner="tests")
class Rows(Protocol):
    @query()
    def thread(self) -> int: ...
    @query()
    async def awaited(self) -> int: ...
    @query()
    def total(self, names: list[str]) -> int: ...
    @command(errors=[Refused])
    def refuse(self, name: str) -> None: ...
    @command()
    def break_down(self) -> None: ...
    @query(deadline_s=0.05)
    def late(self) -> None: ...
    @query()
    def twice(self) -> tuple[int, int]: ...
    @query()
    def not_async(self) -> int: ...
    @query()
    def wrong(self) -> int: ...


class RowsService:
    goes_on = threading.Event()

    def thread(self) -> int:
        return threading.get_ident()

    def awaited(self) -> Any:
        return threading.get_ident()

    def total(self, names: list[str]) -> int:
        names.append("mine")
        return len(names)

    def refuse(self, name: str) -> None:
        raise Refused(name=name)

    def break_down(self) -> None:
        raise ValueError("secret")

    def late(self) -> None:
        self.goes_on.wait(0.1)

    def twice(self) -> tuple[int, int]:
        return threading.get_ident(), threading.get_ident()

    async def not_async(self) -> int:
        return threading.get_ident()

    def wrong(self) -> Any:
        return "no number"


app = Application("near", [Capability(Rows, RowsService, shared_tables=["rows"])], clients=[Rows])


@pytest.fixture(params=PLACEMENTS, ids=str)
async def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    async with run(app, request.param, data=tmp_path) as running:
        yield running.client(Rows)


async def within(work: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(work)


async def test_the_method_runs_in_the_thread_of_its_caller_in_each_placement(rows: Rows) -> None:
    def work() -> None:
        here = threading.get_ident()
        assert rows.thread() == here
        assert client(Rows).thread() == here
        assert rows.twice() == (here, here)
        # What is awaited by its contract or its service has the loop in between.
        assert rows.not_async() != here

    await within(work)
    assert await rows.awaited() != threading.get_ident()


async def test_its_calls_mean_what_calls_mean(rows: Rows) -> None:
    def work() -> None:
        names = ["tea"]
        assert rows.total(names) == 2
        assert names == ["tea"]
        with pytest.raises(Refused, match="milk"):
            rows.refuse("milk")
        with pytest.raises(Internal) as internal:
            rows.break_down()
        assert "secret" not in str(internal.value)
        with pytest.raises(DeadlineExceeded) as late:
            rows.late()
        assert late.value.outcome is Outcome.MAY_HAVE_RUN
        with pytest.raises(Internal):
            rows.wrong()
        with pytest.raises(TypeError):
            rows.total()  # type: ignore[call-arg]

    await within(work)


async def test_on_the_event_loop_it_is_refused(rows: Rows) -> None:
    with pytest.raises(BlockingOnLoop):
        rows.thread()


async def test_a_host_that_has_stopped_runs_no_method(tmp_path: Path) -> None:
    async with run(app, Where.IN_PROCESS, data=tmp_path) as running:
        rows = running.client(Rows)
    with pytest.raises(Unavailable) as stopped:
        await within(rows.thread)
    assert stopped.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("fault", ["rows.thread=unavailable:100%"])
async def test_faults_reach_it(tmp_path: Path, fault: str) -> None:
    async with run(app, Where.IN_PROCESS, data=tmp_path, faults=[fault]) as running:
        faulty: Running = running
        with pytest.raises(Unavailable):
            await within(faulty.client(Rows).thread)
