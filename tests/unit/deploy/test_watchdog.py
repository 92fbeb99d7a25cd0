"""What holds the event loop is named, once, with the user's code; a process that stood still as a whole is not blamed."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from plures import contract, query
from plures.contract import read_contract
from plures.deploy.watchdog import Clocks, Standstill, watched_loop
from plures.logs import own_packages
from plures.runtime import CallContext, Deadlines, by_reference, current

LIMIT_S = 0.2
BOUND_S = 60


@contract("blocked.stock.v1", owner="tests")
class Stock(Protocol):
    @query(deadline_s=3 * BOUND_S)
    async def count(self, item: str) -> int: ...


class Told(logging.Handler):
    """The lines of the watchdog, with the request that each is about."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.requests: list[str | None] = []
        self.came = threading.Event()
        self.ended = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        call = current.get()
        self.lines.append(record.getMessage())
        self.requests.append(None if call is None else call.request_id)
        (self.ended if "goes on" in self.lines[-1] else self.came).set()


@pytest.fixture
def told() -> Iterator[Told]:
    handler, log = Told(), logging.getLogger("plures.blocked")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


def stock(told: Told) -> Any:
    class Service:
        async def count(self, item: str) -> int:
            self.look_into_the_cellar()
            return 3

        def look_into_the_cellar(self) -> None:
            assert told.came.wait(BOUND_S)
            # Far beyond the limit: nothing is said again.
            time.sleep(5 * LIMIT_S)

    described, violations = read_contract(Stock)
    assert not violations
    [operation] = described.operations.values()
    return by_reference(operation, Service().count, Deadlines())


async def ended(told: Told) -> None:
    assert await asyncio.to_thread(told.ended.wait, BOUND_S)


async def test_an_operation_that_blocks_is_named_once(told: Told) -> None:
    own_packages("tests:app")
    current.set(CallContext(time.monotonic() + BOUND_S, 0, id="customer-7"))
    with watched_loop(LIMIT_S):
        assert await stock(told)("tea") == 3
        await ended(told)
    head, *frames = told.lines[0].splitlines()
    assert head.startswith("blocked.stock.v1.Stock/Count holds the event loop for ")
    assert "in look_into_the_cellar" in frames[0]
    assert "in count" in frames[1]
    assert told.requests[0] == "customer-7"
    assert len(told.lines) == 2
    assert told.lines[1].startswith("the event loop goes on after ")


async def test_code_without_a_call_is_shown(told: Told) -> None:
    with watched_loop(LIMIT_S):
        asyncio.get_running_loop().call_soon(told.came.wait, BOUND_S)
        await ended(told)
    assert told.lines[0].startswith("code outside of any request holds the event loop for ")
    assert told.requests[0] is None


async def test_a_loop_that_turns_is_left_alone_and_each_incident_is_told(told: Told) -> None:
    with watched_loop(LIMIT_S):
        for _ in range(2):
            await stock(told)("tea")
            await ended(told)
            told.came.clear()
            told.ended.clear()
    assert [line.startswith("the event loop goes on") for line in told.lines] == [False, True, False, True]


async def test_nothing_is_watched_without_a_limit() -> None:
    with watched_loop(0):
        assert not [thread for thread in threading.enumerate() if thread.name == "plures watchdog"]


def standstill(*looks: tuple[float, float, float]) -> Standstill:
    """After looks that took so long, during which all threads and that of the loop worked so long."""
    clocks = [0.0, 0.0, 0.0]
    found = Standstill(0.5, Clocks(*clocks))
    for look in looks:
        clocks = [old + passed for old, passed in zip(clocks, look, strict=True)]
        found.look(Clocks(*clocks))
    return found


@pytest.mark.parametrize(
    ("looks", "is_too_long", "elsewhere_s"),
    [
        ([(0.1, 0, 0)] * 5, True, 0),
        ([(0.1, 0, 0)] * 4, False, 0),
        # Stopped, or asleep.
        ([(60, 0.01, 0.01)], False, 0),
        ([(0.1, 0, 0)] * 2 + [(60, 0.05, 0.05)] + [(0.1, 0, 0)] * 2, False, 0),
        ([(2, 0.3, 0.3), (2, 0.3, 0.3)], True, 0),
        # Code of the loop that does not let go of the interpreter.
        ([(2, 1.9, 1.9)], True, 0),
        # The same of another thread.
        ([(2, 1.9, 0)], True, 1.9),
    ],
    ids=["waits", "not yet", "stopped", "stopped meanwhile", "busy machine", "holds the interpreter", "another thread"],
)
def test_only_time_in_which_the_process_ran_counts(
    looks: list[tuple[float, float, float]], is_too_long: bool, elsewhere_s: float
) -> None:
    found = standstill(*looks)
    # A sum of tenths is a little less than it looks.
    assert (found.stood_s > 0.499) is is_too_long
    assert found.held_elsewhere_s == elsewhere_s


def test_a_pause_counts_only_where_the_interpreter_was_held() -> None:
    found = Standstill(0.5, Clocks(0, 0, 0))
    found.paused(Clocks(0.25, 0.25, 0.25), 0.25)
    assert found.stood_s == 0
    found = Standstill(0.5, Clocks(0, 0, 0))
    found.paused(Clocks(2, 1.5, 1.5), 0.25)
    assert found.is_too_long
    found = Standstill(0.5, Clocks(0, 0, 0))
    found.paused(Clocks(60, 0, 0), 0.25)
    assert found.stood_s == 0
