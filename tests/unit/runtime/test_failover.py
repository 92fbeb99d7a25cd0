"""Several replicas: another one gets a call that the first did not take; one that may have run is repeated only where it may be."""

import asyncio
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from lab import Echo, Trouble

from plures import DeadlineExceeded, LimitExceeded, Outcome, Unavailable
from plures.contract import read_contract
from plures.errors import CallError
from plures.runtime import Broken, Endpoints, NotSent, Outgoing, Policy, RemoteCaller, Reply, Stale, TooLarge

from .scripted import DRAINING, FINE, ITEMS, OVERLOADED, Callers, Scripted, failure, items


@pytest.mark.parametrize("refusal", [NotSent("refused"), DRAINING], ids=["dead", "draining"])
async def test_a_call_that_was_not_taken_goes_to_another_replica(client: Callers, refusal: object) -> None:
    transport = Scripted(dead=refusal, alive=FINE)
    echo = client(Echo, transport, "dead", "alive")
    for _ in range(20):
        assert await echo.number(5) == 5
    assert transport.asked.count("alive") == 20


ONCE = Policy(attempts=1)


async def test_all_are_tried_once_before_the_call_fails(client: Callers) -> None:
    transport = Scripted(a=NotSent("refused"), b=DRAINING, c=NotSent("refused"))
    error = await failure(client(Echo, transport, "a", "b", "c", policy=ONCE).number(5))
    assert sorted(transport.asked) == ["a", "b", "c"]
    assert (type(error), error.outcome) == (Unavailable, Outcome.NOT_SENT)
    last = transport.asked[-1]
    assert error.why == (f"{last} takes no calls now" if last == "b" else f"{last} cannot be reached (refused)")
    error = await failure(items(client(Trouble, transport, "a", "b", "c", policy=ONCE).stream(2)))
    assert (type(error), error.outcome, len(transport.asked)) == (Unavailable, Outcome.NOT_SENT, 6)


async def test_then_all_are_tried_again_after_pauses(client: Callers) -> None:
    transport = Scripted(a=NotSent("refused"), b=NotSent("refused"))
    error = await failure(client(Trouble, transport, "a", "b").add(1))
    assert (type(error), error.outcome) == (Unavailable, Outcome.NOT_SENT)
    assert [{*transport.asked[at : at + 2]} for at in (0, 2, 4)] == [{"a", "b"}] * 3
    assert len(transport.asked) == 6


async def test_without_replicas_nothing_is_sent(client: Callers) -> None:
    for call in (client(Echo, Scripted()).number(5), items(client(Trouble, Scripted()).stream(2))):
        error = await failure(call)
        assert (type(error), error.outcome, error.why) == (
            Unavailable, Outcome.NOT_SENT, "no replica of it is ready",
        )  # fmt: skip


async def test_a_command_whose_connection_broke_is_not_repeated(client: Callers) -> None:
    transport = Scripted(a=Broken("reset"), b=Broken("reset"))
    error = await failure(client(Trouble, transport, "a", "b").add(1))
    assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)
    assert error.why == f"the connection to {transport.asked[0]} broke (reset)"
    assert len(transport.asked) == 1


async def test_a_query_or_an_idempotent_command_whose_connection_broke_goes_to_another_replica(client: Callers) -> None:
    for call in (lambda lab, trouble: lab.number(5), lambda lab, trouble: trouble.put("key", 1)):
        transport = Scripted(a=Broken("reset"), b=FINE)
        for _ in range(8):
            assert await call(client(Echo, transport, "a", "b"), client(Trouble, transport, "a", "b")) == 5
        assert {*transport.asked} == {"a", "b"}
    transport = Scripted(a=Broken("reset"), b=ITEMS)
    for _ in range(8):
        assert await items(client(Trouble, transport, "a", "b").stream(2)) == [1, 2]


class Forgetful(Scripted):
    """Its idle connections prove to be closed."""

    def _say(self, url: str, outgoing: Outgoing) -> Any:
        if outgoing.fresh:
            return super()._say(url, outgoing)
        self.asked.append(url)
        self.sent.append(outgoing)
        raise Stale("reset")


async def test_what_may_be_repeated_is_sent_once_more_on_a_fresh_connection(client: Callers) -> None:
    transport = Forgetful(a=FINE)
    assert await client(Echo, transport, "a").number(5) == 5
    first, second = transport.sent
    assert (first.fresh, second.fresh, first.body == second.body) == (False, True, True)
    assert await client(Trouble, Forgetful(a=FINE), "a").put("key", 1) == 5
    assert await items(client(Trouble, Forgetful(a=ITEMS), "a").stream(2)) == [1, 2]


async def test_a_command_that_broke_is_not_sent_once_more(client: Callers) -> None:
    transport = Forgetful(a=FINE, b=FINE)
    error = await failure(client(Trouble, transport, "a", "b").add(1))
    assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)
    assert error.why == f"the connection to {transport.asked[0]} broke (reset)"
    assert len(transport.asked) == 1


@pytest.mark.parametrize("again", [Stale("reset"), Broken("reset")])
async def test_what_breaks_twice_has_failed(client: Callers, again: Exception) -> None:
    transport = Forgetful(a=again, b=again)
    calls = [
        client(Echo, transport, "a", "b", policy=ONCE).number(5),
        items(client(Trouble, transport, "a", "b", policy=ONCE).stream(2)),
    ]
    for call in calls:
        transport.asked.clear()
        error = await failure(call)
        assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)
        assert len(transport.asked) == 2


async def test_what_is_sent_once_more_may_go_to_another_replica(client: Callers) -> None:
    transport = Forgetful(dead=NotSent("refused"), draining=DRAINING, alive=FINE)
    for _ in range(20):
        assert await client(Echo, transport, "dead", "draining", "alive").number(5) == 5


@pytest.mark.parametrize("refusal", [NotSent("refused"), DRAINING], ids=["dead", "draining"])
async def test_what_was_sent_before_may_have_run_although_none_takes_it_now(client: Callers, refusal: object) -> None:
    error = await failure(client(Echo, Forgetful(a=refusal, b=refusal), "a", "b").number(5))
    assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)


async def test_an_answer_that_is_too_large_was_made(client: Callers) -> None:
    error = await failure(client(Echo, Scripted(a=TooLarge("the answer is larger than 5 bytes")), "a").number(5))
    assert (type(error), error.outcome) == (LimitExceeded, Outcome.MAY_HAVE_RUN)


async def test_a_refusal_that_does_not_say_not_sent_is_final(client: Callers) -> None:
    transport = Scripted(a=OVERLOADED, b=OVERLOADED)
    error = await failure(client(Echo, transport, "a", "b").number(5))
    assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)
    assert len(transport.asked) == 1


async def test_calls_in_flight_are_counted(client: Callers) -> None:
    endpoints = Endpoints(Random(3), ONCE)
    endpoints.update(["a"])
    endpoint = endpoints.choose(())
    assert endpoint is not None
    seen: list[int] = []

    class Counting(Scripted):
        async def unary(self, url: str, outgoing: Outgoing) -> Reply:
            seen.append(len(endpoint.attempts))
            return await super().unary(url, outgoing)

    description, _ = read_contract(Echo)
    for says in (FINE, NotSent("refused"), Broken("reset"), OVERLOADED):
        caller = RemoteCaller(endpoints, Counting(a=says), client.deadlines)
        with suppress(CallError):
            await caller.bind(description.operations["number"])(5)
    assert seen == [1, 1, 1, 1]
    assert endpoint.attempts == {}


async def test_what_the_caller_sends(client: Callers) -> None:
    transport = Scripted(a=FINE)
    await client(Echo, transport, "a").number(5)
    [outgoing] = transport.sent
    assert (outgoing.path, outgoing.hops, outgoing.body) == ("/lab.echo.v1.Echo/Number", 1, b'{"value":5}')
    assert 0 < outgoing.timeout_ms <= 20_000
    assert not outgoing.streams


async def test_one_deadline_covers_all_attempts(client: Callers) -> None:
    class Hanging(Scripted):
        async def unary(self, url: str, outgoing: Outgoing) -> Reply:
            await asyncio.sleep(3600)
            raise AssertionError

    error = await failure(client(Trouble, Hanging(), "a").slow(1))
    assert (type(error), error.outcome) == (DeadlineExceeded, Outcome.MAY_HAVE_RUN)
