"""The policy on calls, one body in each placement: the same outcome, and what is free in process is absent there."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import contextmanager
from itertools import count
from time import monotonic

import pytest
import pytest_asyncio

from plures import CallError, DeadlineExceeded, Outcome, Overloaded, Unavailable
from plures.runtime import Broken, CallContext, NotSent, Reply, current
from plures.testing import EVERYWHERE
from plures.topology import Policies
from tests.integration.resilience.everywhere import Caller, Everywhere, everywhere
from tests.integration.resilience.policy_app import Narrow, Patient, Shop, Work

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]

POLICIES = Policies(
    capabilities={
        "narrow": {"least_at_once": 1, "most_at_once": 1, "queue_s": 0.01},
        "patient": {"least_at_once": 1, "most_at_once": 1, "queue_s": 10},
    }
)
_keys = count()


@pytest_asyncio.fixture(params=EVERYWHERE, ids=lambda where: where.name.lower(), scope="module", loop_scope="module")
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Everywhere]:
    async with everywhere(request.param, tmp_path_factory.mktemp("policy"), POLICIES) as running:
        yield running


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "plures.calls")


@pytest.fixture
def key() -> str:
    """One that no other test uses: the processes are shared."""
    return f"key {next(_keys)}"


@contextmanager
def within(deadline_s: float) -> Generator[None]:
    """A request that has so much time left."""
    token = current.set(CallContext(monotonic() + deadline_s, 1))
    try:
        yield
    finally:
        current.reset(token)


async def failure(call: object) -> CallError:
    with pytest.raises(CallError) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def until(runs: Callable[[], Awaitable[int]], wanted: int) -> None:
    async with asyncio.timeout(30):
        while await runs() < wanted:  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.005)


def absent(caller: Caller) -> bool:
    """In process there is no network: nothing was sent, so nothing can have been sent once more."""
    return not caller.is_remote and not caller.network.asked


async def test_what_may_run_twice_is_sent_once_more_when_a_connection_breaks(shop: Everywhere, key: str) -> None:
    async with shop.caller(lambda _, number: Broken("cut") if number % 2 else None) as caller:
        work = caller.client(Work)
        assert [await call(key) for call in (work.look, work.put, work.look)] == [1, 2, 3]
        assert absent(caller) or len(caller.network.asked) == 6


async def test_another_command_is_not(shop: Everywhere, key: str) -> None:
    async with shop.caller(lambda _, number: Broken("cut") if number == 1 else None) as caller:
        work = caller.client(Work)
        if caller.is_remote:
            error = await failure(work.add(key))
            assert (type(error), error.outcome, len(caller.network.asked)) == (Unavailable, Outcome.MAY_HAVE_RUN, 1)
        assert await work.add(key) == 1
        assert absent(caller) or len(caller.network.asked) == 2


async def test_what_was_not_sent_goes_to_the_next_replica_whatever_it_is(shop: Everywhere, key: str) -> None:
    async with shop.caller(lambda _, number: NotSent("refused") if number == 1 else None) as caller:
        assert await caller.client(Work).add(key) == 1
        assert absent(caller) or sorted(caller.network.asked) == sorted(caller.urls)


async def test_a_callee_that_never_answers_gets_little_more_than_it_is_called(shop: Everywhere, key: str) -> None:
    async with shop.caller(lambda *_: Broken("cut")) as caller:
        work = caller.client(Work)
        answers = await asyncio.gather(*(work.look(key) for _ in range(100)), return_exceptions=True)
        if caller.is_remote:
            assert {type(answer) for answer in answers} == {Unavailable}
            # A tenth of the calls, ten that each caller has at first, and one a second.
            assert 110 <= len(caller.network.asked) <= 125
        else:
            assert sorted(answers) == [*range(1, 101)]
        assert absent(caller) or caller.is_remote


async def test_a_replica_with_too_much_to_do_refuses_and_nothing_of_it_runs(shop: Everywhere, key: str) -> None:
    async with shop.caller() as caller:
        narrow = caller.client(Narrow)
        calls = [asyncio.create_task(narrow.hold(key)) for _ in range(5)]
        inside = 1 if caller.is_remote else 5
        await until(lambda: narrow.runs(key), inside)
        while sum(call.done() for call in calls) < 5 - inside:
            await asyncio.wait([call for call in calls if not call.done()], return_when=asyncio.FIRST_COMPLETED)
        await narrow.release(key)
        ended = await asyncio.gather(*calls, return_exceptions=True)
        refused = [each for each in ended if isinstance(each, Overloaded)]
        assert {each.outcome for each in refused} <= {Outcome.NOT_SENT}
        # In process a call belongs to a request that was let in already.
        assert (len(refused), await narrow.runs(key)) == (5 - inside, inside)


async def test_what_an_overloaded_peer_asks_for_is_done(shop: Everywhere, key: str) -> None:
    busy = Reply(
        503, b'{"code":"unavailable","kind":"call.overloaded","retryAfterS":0.05,"message":"busy"}', "not sent"
    )
    async with shop.caller(lambda _, number: busy if number <= 2 else None) as caller:
        assert await caller.client(Work).add(key) == 1
        assert absent(caller) or len(caller.network.asked) == 3


async def test_an_overloaded_peer_that_asks_for_more_time_than_there_is_is_not_asked_again(
    shop: Everywhere, key: str
) -> None:
    busy = Reply(503, b'{"code":"unavailable","kind":"call.overloaded","retryAfterS":30,"message":"busy"}', "not sent")
    async with shop.caller(lambda *_: busy) as caller:
        if caller.is_remote:
            error = await failure(caller.client(Work).look(key))
            assert (type(error), error.outcome, len(caller.network.asked)) == (Overloaded, Outcome.NOT_SENT, 2)
        else:
            assert await caller.client(Work).look(key) == 1
        assert absent(caller) or caller.is_remote


async def test_what_a_critical_operation_needs_is_critical_everywhere_below_it(shop: Everywhere) -> None:
    async with shop.caller() as caller:
        client = caller.client(Shop)
        assert [await call() for call in (client.buy, client.browse, client.talk)] == [
            "critical",
            "sheddable",
            "normal",
        ]


async def test_what_is_too_late_is_never_begun(shop: Everywhere, key: str) -> None:
    async with shop.caller() as caller:
        with within(-1.0):
            error = await failure(caller.client(Work).add(key))
        assert (type(error), error.outcome) == (DeadlineExceeded, Outcome.NOT_SENT)
        assert await caller.client(Work).runs(key) == 0


async def test_what_waits_until_it_is_too_late_is_never_begun(shop: Everywhere, key: str) -> None:
    async with shop.caller() as caller:
        patient = caller.client(Patient)
        first = asyncio.create_task(patient.hold(key))
        await until(lambda: patient.runs(key), 1)
        with within(0.05):
            error = await failure(patient.hold(f"{key}, too late"))
        assert type(error) is DeadlineExceeded
        await patient.release(key)
        assert await first == 1
        # In process there is no queue: it began, and was cancelled.
        assert await patient.runs(f"{key}, too late") == (0 if caller.is_remote else 1)


async def test_the_other_replica_is_asked_as_well_where_the_first_is_slow(shop: Everywhere, key: str) -> None:
    async with shop.caller() as caller:
        network, slow = caller.network, asyncio.Event()
        send = network.unary

        async def unary(url: str, outgoing: object) -> Reply:
            if not network.asked:
                network.asked.append(url)
                await slow.wait()
            return await send(url, outgoing)  # type: ignore[arg-type]

        network.unary = unary  # type: ignore[method-assign]
        assert await caller.client(Work).hedged(key) == 1
        assert absent(caller) or sorted(network.asked) == sorted(caller.urls)


async def test_a_replica_that_fails_again_and_again_is_left_out_then_tried_with_one_call(
    shop: Everywhere, key: str
) -> None:
    bad = ""

    def goes_wrong(url: str, _: int) -> Exception | None:
        return Broken("cut") if url == bad else None

    async with shop.caller(goes_wrong) as caller:
        work, asked = caller.client(Work), caller.network.asked
        bad = next(iter(caller.urls), "")
        # All failures of it together: a success between two of them would begin anew.
        await asyncio.gather(*(work.look(key) for _ in range(30)))
        asked.clear()
        await asyncio.gather(*(work.look(key) for _ in range(30)))
        # On a busy machine its time is up meanwhile, and one call tries it. Chosen like the other one, it would get every second call.
        assert asked.count(bad) <= 1
        if caller.is_remote:
            while bad not in asked:
                await work.look(key)
                await asyncio.sleep(0.01)
            # Its one call failed, so it is left out for longer.
            asked.clear()
            await asyncio.gather(*(work.look(key) for _ in range(30)))
            assert asked.count(bad) <= 1
        assert absent(caller) or caller.is_remote
