"""`Optionally`: what counts as absent, what is raised all the same, how long it may take, and what the log says."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from math import inf
from time import monotonic
from typing import Any, Protocol

import pytest

from plures import (
    CallError,
    ContractError,
    DeadlineExceeded,
    Internal,
    InvalidRequest,
    LimitExceeded,
    Optionally,
    Outcome,
    Status,
    Unavailable,
    Unimplemented,
    contract,
    query,
)
from plures.contract import Criticality, OperationDescription, read_contract
from plures.errors import KeyReused, NeedUnreachable
from plures.optional import Outage
from plures.runtime import CallContext, Client, bind, current
from plures.testing import fake

FIND = "optional.reviews.v1.Reviews/Find"


class Gone(ContractError, status="not_found"):
    """It is no longer there."""


@contract("optional.reviews.v1", owner="tests")
class Reviews(Protocol):
    @query(errors=[Gone], deadline_s=0.05)
    async def find(self, word: str = "any") -> str: ...
    @query()
    def export(self) -> AsyncIterator[str]: ...


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def failing(error: Exception) -> Optionally[Reviews]:
    return Optionally(fake(Reviews, find=error))


def of(status: Status) -> CallError:
    return CallError.of(status, FIND, "no", outcome=Outcome.NOT_SENT)


async def test_an_answer_is_passed_on() -> None:
    reviews = Optionally(fake(Reviews, find=lambda word: word * 2))
    assert await reviews.call(Reviews.find, "a") == "aa"
    assert await reviews.call(Reviews.find, word="b") == "bb"
    assert await reviews.call_or("none", Reviews.find, "c") == "cc"
    assert (reviews.outage.went_without, reviews.outage.is_on) == (0, False)


@pytest.mark.parametrize(
    "error",
    [
        Unavailable(FIND, "gone", outcome=Outcome.NOT_SENT),
        NeedUnreachable(FIND, "gone", outcome=Outcome.MAY_HAVE_RUN),
        DeadlineExceeded(FIND, "late", outcome=Outcome.MAY_HAVE_RUN),
        Internal(FIND, "bug", outcome=Outcome.MAY_HAVE_RUN),
        Unimplemented(FIND, "older", outcome=Outcome.NOT_SENT),
        of(Status.UNKNOWN),
        of(Status.DATA_LOSS),
    ],
    ids=lambda error: f"{type(error).__name__} {error.status}",
)
async def test_a_fault_of_the_capability_is_absence(error: Exception) -> None:
    assert await failing(error).call(Reviews.find) is None
    assert await failing(error).call_or("none", Reviews.find) == "none"


@pytest.mark.parametrize(
    "error",
    [
        Gone(),
        InvalidRequest(FIND, "wrong", outcome=Outcome.NOT_SENT),
        KeyReused(FIND, "wrong", outcome=Outcome.NOT_SENT),
        LimitExceeded(FIND, "much", outcome=Outcome.NOT_SENT),
        of(Status.PERMISSION_DENIED),
        of(Status.UNAUTHENTICATED),
        ValueError("a bug of the test"),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}",
)
async def test_an_answer_or_a_fault_of_the_caller_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        await failing(error).call_or("none", Reviews.find)


async def test_arguments_that_do_not_fit_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        await Optionally(fake(Reviews, find="x")).call(Reviews.find, 1, 2)  # type: ignore[call-arg,arg-type]


async def test_a_stream_is_refused() -> None:
    with pytest.raises(TypeError, match=r"optional\.reviews\.v1\.Reviews/Export streams"):
        await Optionally(fake(Reviews)).call(Reviews.export)  # type: ignore[arg-type]


async def test_cancelling_the_caller_is_no_absence() -> None:
    waiting = asyncio.create_task(Optionally(fake(Reviews, find=lambda _: asyncio.sleep(9))).call(Reviews.find, "x"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_stand_in_that_hangs_is_given_up_after_the_deadline_of_the_operation() -> None:
    hanging = Optionally(fake(Reviews, find=lambda _: asyncio.Event().wait()))
    assert await hanging.call(Reviews.find, "x") is None


async def test_a_call_takes_half_of_the_time_that_its_caller_has() -> None:
    seen: list[CallContext | None] = []

    def looking(_: OperationDescription) -> Callable[..., Any]:
        async def look(*_: object) -> str:
            seen.append(current.get())
            return "x"

        return look

    description, _ = read_contract(Reviews)
    client = Client(description.service)
    bind(client, description, looking)
    reviews: Optionally[object] = Optionally(client)
    caller = CallContext(monotonic() + 0.06, 3)
    for deadline_s in (0.06, 60.0, inf):
        caller.deadline = monotonic() + deadline_s
        with caller.resumed():
            assert await reviews.call(Reviews.find) == "x"  # type: ignore[arg-type]
    share, plenty, endless = seen
    assert share is not None
    assert (share.hops, share.root, share.task) == (3, caller, None)
    assert share.deadline < caller.deadline
    # The operation's own deadline is shorter than half of it.
    assert plenty is not None
    assert endless is not None
    assert plenty.deadline > monotonic() + 50
    assert endless.deadline == inf


@pytest.mark.parametrize(
    ("caller", "call"),
    [("critical", "normal"), ("normal", "sheddable"), ("sheddable", "sheddable")],
)
async def test_what_a_request_can_do_without_is_less_critical_than_what_it_needs(caller: str, call: str) -> None:
    seen: list[CallContext | None] = []
    context = CallContext(monotonic() + 60, 1, criticality=Criticality(caller))
    with context.resumed():
        await Optionally(fake(Reviews, find=lambda _: seen.append(current.get()) or "x")).call(Reviews.find, "x")
    (within,) = seen
    assert within is not None
    assert (within.criticality, context.criticality) == (call, caller)


async def test_when_the_time_of_the_caller_is_over_it_is_raised() -> None:
    caller = CallContext(monotonic() - 1, 1)
    late = DeadlineExceeded(FIND, "late", outcome=Outcome.NOT_SENT, is_inherited=True)
    with caller.resumed(), pytest.raises((DeadlineExceeded, TimeoutError)):
        await failing(late).call(Reviews.find)


async def test_an_outage_is_one_line_and_its_end_is_another(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "plures.calls")
    clock = Clock()
    is_down = True

    def find(_: str) -> str:
        if is_down:
            raise Unavailable(FIND, "nothing listens", outcome=Outcome.NOT_SENT)
        return "x"

    reviews = Optionally(fake(Reviews, find=find), outage=Outage(clock))
    for _ in range(3):
        await reviews.call(Reviews.find, "x")
        clock.now += 2
    is_down = False
    clock.now += 1
    await reviews.call(Reviews.find, "x")
    # An answer between two failures does not end it.
    is_down = True
    await reviews.call(Reviews.find, "x")
    is_down = False
    clock.now += 6
    await reviews.call(Reviews.find, "x")
    await reviews.call(Reviews.find, "x")
    assert [record.getMessage() for record in caplog.records] == [
        f"reviews does not answer, and its caller goes without it: Call of {FIND} failed (not sent): nothing listens",
        "reviews answers again: 4 calls went without it, within 7 s",
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert (reviews.outage.went_without, reviews.outage.is_on) == (4, False)


def test_it_says_what_it_is() -> None:
    assert (
        repr(Optionally(Client("optional.reviews.v1.Reviews"))) == "<optional <client of optional.reviews.v1.Reviews>>"
    )
