"""Faults on demand are the same in every placement: what is late, fails, hangs or is not sent."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from lab import Echo, Press, Reader, Relay, Shelf, Trouble

from plures import CallError, DeadlineExceeded, Internal, Outcome, Unavailable
from plures.errors import NeedUnreachable
from plures.testing import Running, placements

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]

FOREVER = "3600s"
shop = placements(
    "lab:app",
    scope="module",
    faults=(
        # Of these operations some have a deadline of 0.1 s or 0.2 s.
        f"trouble.slow=latency:{FOREVER}",
        f"trouble.blocking_stream=latency:{FOREVER}",
        "trouble.blocks=hang:100%",
        "trouble.fail=error:100%",
        "trouble.stream=error:100%",
        "trouble.patient=unavailable:100%",
        "trouble.put=unavailable:100%",
        "trouble.iterator=unavailable:100%",
        "trouble.total=latency:1ms..3ms,error:0%",
        "trouble.flood=latency:1ms",
        "echo=error:100%,latency:1ms",
        "echo.number=error:0%",
        "shelf.put=error:100%",
        "reader=error:100%",
        "reader.heard=error:0%",
    ),
)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("plures.calls", "plures.faults"):
        caplog.set_level(logging.CRITICAL, name)


async def failure(call: object) -> CallError:
    with pytest.raises(CallError) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def items(stream: AsyncIterator[object]) -> list[object]:
    return [item async for item in stream]


async def test_latency_counts_against_the_deadline(shop: Running) -> None:
    error = await failure(shop.client(Trouble).slow(0))
    assert (type(error), error.outcome) == (DeadlineExceeded, Outcome.MAY_HAVE_RUN)
    assert type(await failure(items(shop.client(Trouble).blocking_stream(0, 0)))) is DeadlineExceeded


async def test_what_is_late_in_time_answers(shop: Running) -> None:
    assert await shop.client(Trouble).total() == 0
    assert await items(shop.client(Trouble).flood(3, 1)) == ["x", "x", "x"]


async def test_what_hangs_ends_at_its_deadline(shop: Running) -> None:
    error = await failure(shop.client(Trouble).blocks(0))
    assert (type(error), error.outcome) == (DeadlineExceeded, Outcome.MAY_HAVE_RUN)


async def test_an_injected_error_is_told_as_an_undeclared_one(shop: Running) -> None:
    error = await failure(shop.client(Trouble).fail("nothing"))
    assert (type(error), error.operation, error.outcome) == (
        Internal, "lab.trouble.v1.Trouble/Fail", Outcome.MAY_HAVE_RUN,
    )  # fmt: skip
    assert error.why == "it failed inside; the log of the process that hosts it says why"
    error = await failure(shop.client(Relay).fail("nothing"))
    assert (type(error), error.operation) == (Internal, "lab.relay.v1.Relay/Fail")


async def test_a_stream_fails_in_place_of_its_first_item(shop: Running) -> None:
    stream = shop.client(Trouble).stream(3)
    assert type(await failure(anext(stream))) is Internal


async def test_what_is_unavailable_was_not_sent(shop: Running) -> None:
    trouble = shop.client(Trouble)
    for call in (trouble.put("key", 1), items(trouble.iterator(1))):
        error = await failure(call)
        assert (type(error), error.outcome) == (Unavailable, Outcome.NOT_SENT)
        assert "as was asked for (trouble." in error.why
    error = await failure(shop.client(Relay).slow(0))
    assert (type(error), error.outcome) == (NeedUnreachable, Outcome.MAY_HAVE_RUN)


async def test_an_operation_of_its_own_terms_is_left_out_of_those_of_its_capability(shop: Running) -> None:
    assert type(await failure(shop.client(Echo).nothing())) is Internal
    assert await shop.client(Echo).number(5) == 5


async def test_what_failed_so_has_not_run_and_is_not_remembered(shop: Running) -> None:
    for _ in range(2):
        assert type(await failure(shop.client(Shelf).put("key"))) is Internal
    assert await shop.client(Shelf).runs("key") == 0


async def test_events_are_delivered_as_ever(shop: Running) -> None:
    await shop.client(Press).print("paper", (1,))
    async with asyncio.timeout(30):
        while not await shop.client(Reader).heard("paper"):  # noqa: ASYNC110 - this sleep waits for no event
            await asyncio.sleep(0.01)


async def test_arguments_that_do_not_fit_are_a_type_error_as_ever(shop: Running) -> None:
    for call in (shop.client(Trouble).put, shop.client(Trouble).fail):
        with pytest.raises(TypeError):
            await call(unknown=5)  # type: ignore[call-arg]
