"""Several replicas: another one gets a call that the first did not take, but never a call that the first may have run."""

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from lab import Echo, Gone, Trouble

from plures import DeadlineExceeded, Internal, LimitExceeded, Outcome, Unavailable
from plures.contract import read_contract
from plures.errors import CallError
from plures.runtime import (
    MAX_BODY_BYTES,
    Broken,
    Client,
    Deadlines,
    Endpoints,
    NotSent,
    Outgoing,
    RemoteCaller,
    Reply,
    Stale,
    TooLarge,
    bind,
)

FINE = Reply(200, b'{"value":"5"}')
DRAINING = Reply(503, b'{"code":"unavailable","message":"the replica is stopping"}', "not sent")
OVERLOADED = Reply(503, b"<html>no backend</html>")


def envelope(data: object, flags: int = 0) -> bytes:
    body = json.dumps(data).encode()
    return struct.pack(">BI", flags, len(body)) + body


def stream_of(*envelopes: bytes) -> list[Reply]:
    return [Reply(200, b""), *(Reply(200, e) for e in envelopes)]


ITEMS = stream_of(envelope({"value": 1}), envelope({"value": 2}), envelope({}, 2))


class Scripted:
    """A transport on which each address has one thing to say."""

    def __init__(self, **says: Any) -> None:
        self._says = says
        self.asked: list[str] = []
        self.sent: list[Outgoing] = []

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        said = self._say(url, outgoing)
        assert isinstance(said, Reply)
        return said

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        said = self._say(url, outgoing)
        for reply in said if isinstance(said, list) else [Reply(said.http_status, b"", said.outcome), said]:
            if isinstance(reply, Exception):
                raise reply
            yield reply

    async def close(self) -> None:
        pass

    def _say(self, url: str, outgoing: Outgoing) -> Any:
        self.asked.append(url)
        self.sent.append(outgoing)
        if isinstance(self._says[url], Exception):
            raise self._says[url]
        return self._says[url]


class Callers:
    """Makes clients of the lab's contracts over a scripted transport."""

    def __init__(self) -> None:
        self.deadlines = Deadlines()

    def __call__(self, contract: Any, transport: Scripted, *urls: str) -> Any:
        endpoints = Endpoints(Random(3))
        endpoints.update(urls)
        description, _ = read_contract(contract)
        client = Client(description.service)
        bind(client, description, RemoteCaller(endpoints, transport, self.deadlines).bind)
        return client


@pytest.fixture
async def client() -> AsyncIterator[Callers]:
    callers = Callers()
    yield callers
    callers.deadlines.close()


async def failure(call: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        await call
    return caught.value


async def items(stream: Any) -> list[int]:
    return [item async for item in stream]


@pytest.mark.parametrize("refusal", [NotSent("refused"), DRAINING], ids=["dead", "draining"])
async def test_a_call_that_was_not_taken_goes_to_another_replica(client: Callers, refusal: object) -> None:
    transport = Scripted(dead=refusal, alive=FINE)
    echo = client(Echo, transport, "dead", "alive")
    for _ in range(20):
        assert await echo.number(5) == 5
    assert transport.asked.count("alive") == 20


REFUSED_STREAM = stream_of(
    envelope({"error": {"code": "unavailable"}, "metadata": {"plures-outcome": ["not sent"]}}, 2)
)
"""What our own server answers to streams while it drains."""


@pytest.mark.parametrize(
    "refusal", [NotSent("refused"), DRAINING, REFUSED_STREAM], ids=["dead", "draining", "draining host"]
)
async def test_a_stream_that_was_not_taken_goes_to_another_replica(client: Callers, refusal: object) -> None:
    transport = Scripted(dead=refusal, alive=ITEMS)
    trouble = client(Trouble, transport, "dead", "alive")
    for _ in range(20):
        assert await items(trouble.stream(2)) == [1, 2]
    assert transport.asked.count("alive") == 20


async def test_all_are_tried_once_before_the_call_fails(client: Callers) -> None:
    transport = Scripted(a=NotSent("refused"), b=DRAINING, c=NotSent("refused"))
    error = await failure(client(Echo, transport, "a", "b", "c").number(5))
    assert sorted(transport.asked) == ["a", "b", "c"]
    assert (type(error), error.outcome) == (Unavailable, Outcome.NOT_SENT)
    last = transport.asked[-1]
    assert error.why == (f"{last} takes no calls now" if last == "b" else f"{last} cannot be reached (refused)")
    error = await failure(items(client(Trouble, transport, "a", "b", "c").stream(2)))
    assert (type(error), error.outcome, len(transport.asked)) == (Unavailable, Outcome.NOT_SENT, 6)


async def test_without_replicas_nothing_is_sent(client: Callers) -> None:
    for call in (client(Echo, Scripted()).number(5), items(client(Trouble, Scripted()).stream(2))):
        error = await failure(call)
        assert (type(error), error.outcome, error.why) == (
            Unavailable, Outcome.NOT_SENT, "no replica of it is ready",
        )  # fmt: skip


async def test_a_call_that_broke_is_not_repeated(client: Callers) -> None:
    transport = Scripted(a=Broken("reset"), b=Broken("reset"))
    error = await failure(client(Echo, transport, "a", "b").number(5))
    assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)
    assert error.why == f"the connection to {transport.asked[0]} broke (reset)"
    assert len(transport.asked) == 1


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
    for call in (client(Echo, transport, "a", "b").number(5), items(client(Trouble, transport, "a", "b").stream(2))):
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
    endpoints = Endpoints.fixed("a")
    endpoint = endpoints.choose(())
    assert endpoint is not None
    seen: list[int] = []

    class Counting(Scripted):
        async def unary(self, url: str, outgoing: Outgoing) -> Reply:
            seen.append(endpoint.in_flight)
            return await super().unary(url, outgoing)

    description, _ = read_contract(Echo)
    for says in (FINE, NotSent("refused"), Broken("reset"), OVERLOADED):
        caller = RemoteCaller(endpoints, Counting(a=says), client.deadlines)
        with suppress(CallError):
            await caller.bind(description.operations["number"])(5)
    assert seen == [1, 1, 1, 1]
    assert endpoint.in_flight == 0


async def test_what_the_caller_sends(client: Callers) -> None:
    transport = Scripted(a=FINE)
    await client(Echo, transport, "a").number(5)
    [outgoing] = transport.sent
    assert (outgoing.path, outgoing.hops, outgoing.body) == ("/lab.echo.v1.Echo/Number", 1, b'{"value":5}')
    assert 0 < outgoing.timeout_ms <= 1000
    assert not outgoing.streams


async def test_one_deadline_covers_all_attempts(client: Callers) -> None:
    class Hanging(Scripted):
        async def unary(self, url: str, outgoing: Outgoing) -> Reply:
            await asyncio.sleep(3600)
            raise AssertionError

    error = await failure(client(Trouble, Hanging(), "a").slow(1))
    assert (type(error), error.outcome) == (DeadlineExceeded, Outcome.MAY_HAVE_RUN)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (stream_of(envelope({"value": 1})), Internal),
        (stream_of(envelope({"value": 1}), envelope({"value": 2})[:3]), Internal),
        (stream_of(envelope({"value": 1}), envelope({"value": 2})[:-1]), Internal),
        (stream_of(envelope({"value": 1}), envelope({"value": 2}, 1), envelope({}, 2)), Internal),
        (stream_of(envelope({"value": 1}), envelope({"value": 2}, 4), envelope({}, 2)), Internal),
        (stream_of(envelope({"value": 1}), envelope({}, 3)), Internal),
        (stream_of(envelope({"value": 1}), envelope({}, 2) + envelope({"value": 2})), Internal),
        (stream_of(envelope({"value": 1}), b"\x02\x00\x00\x00\x01{"), Internal),
        ([*stream_of(envelope({"value": 1})), Broken("reset")], Unavailable),
    ],
    ids=[
        "no end", "half a prefix", "half an envelope", "packed", "unknown flag", "packed end", "more after its end",
        "unreadable end", "the connection broke",
    ],
)  # fmt: skip
async def test_a_stream_that_breaks_off_may_have_run(client: Callers, said: object, kind: type[CallError]) -> None:
    transport = Scripted(a=said, b=said)
    seen: list[int] = []
    with pytest.raises(kind) as caught:
        async for item in client(Trouble, transport, "a", "b").stream(2):
            seen.append(item)
    assert seen == [1]
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN
    assert len(transport.asked) == 1


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (Reply(200, b"", None, b"text/html"), "unknown"),
        (Reply(200, b"", None, b"application/json"), "unknown"),
        (Reply(200, b"", None, b""), "unknown"),
        (Reply(200, b"", None, b"application/connect+proto"), "internal"),
        (Reply(200, b"", None, b"application/connect+json", b"br"), "internal"),
        (Reply(200, b"", None, b"application/connect+json", b"gzip"), "internal"),
        (Reply(502, b"", None, b"text/html"), "unavailable"),
    ],
)
async def test_a_stream_of_another_form_is_not_read(client: Callers, head: Reply, status: str) -> None:
    said = [head, *ITEMS[1:]]
    transport = Scripted(a=said, b=said)
    seen: list[int] = []
    with pytest.raises(CallError) as caught:
        async for item in client(Trouble, transport, "a", "b").stream(2):
            seen.append(item)
    assert (seen, caught.value.status, caught.value.outcome) == ([], status, Outcome.MAY_HAVE_RUN)
    assert len(transport.asked) == 1


async def test_envelopes_may_come_in_any_pieces(client: Callers) -> None:
    whole = b"".join([envelope({"value": 1}), envelope({"value": 2}), envelope({}, 2)])
    for size in (1, 2, 7, len(whole)):
        pieces = [whole[n : n + size] for n in range(0, len(whole), size)]
        assert await items(client(Trouble, Scripted(a=stream_of(*pieces)), "a").stream(2)) == [1, 2]


async def test_a_message_of_a_stream_has_a_limit_too(client: Callers) -> None:
    endless = [Reply(200, b""), Reply(200, struct.pack(">BI", 0, 2**32 - 1))]
    endless += [Reply(200, b"x" * MAX_BODY_BYTES)] * 8
    error = await failure(items(client(Trouble, Scripted(a=endless), "a").stream(2)))
    assert (type(error), error.outcome) == (LimitExceeded, Outcome.MAY_HAVE_RUN)


GONE = {"code": "not_found", "details": [{"type": "lab.trouble.v1.Gone", "value": "", "debug": {}}]}


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ({"error": GONE}, Gone),
        ({"error": {"code": "not_found"}}, CallError),
        ({"error": {"code": "unavailable"}, "metadata": []}, Unavailable),
        ({"error": {"code": "unavailable"}, "metadata": {"plures-outcome": 5}}, Unavailable),
        ({"error": {"code": "unavailable"}, "metadata": {"plures-outcome": []}}, Unavailable),
        ({"error": {"code": "unavailable"}, "metadata": ["plures-outcome"]}, Unavailable),
        ({"error": "sorry"}, CallError),
        ({"error": [1]}, CallError),
        ([], Internal),
        ("end", Internal),
    ],
)
async def test_a_stream_may_end_in_odd_ways(client: Callers, end: object, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        await items(client(Trouble, Scripted(a=stream_of(envelope(end, 2))), "a").stream(2))
    assert isinstance(caught.value, Gone) or caught.value.outcome is Outcome.MAY_HAVE_RUN  # type: ignore[attr-defined]


async def test_a_stream_that_has_begun_is_not_asked_for_again(client: Callers) -> None:
    begun = [*stream_of(envelope({"value": 1})), *REFUSED_STREAM[1:]]
    transport = Scripted(a=begun, b=begun)
    await failure(items(client(Trouble, transport, "a", "b").stream(2)))
    assert len(transport.asked) == 1


async def test_the_end_of_a_stream_can_say_that_it_never_began(client: Callers) -> None:
    end = {"error": {"code": "unavailable"}, "metadata": {"plures-outcome": ["not sent"]}}
    error = await failure(items(client(Trouble, Scripted(a=stream_of(envelope(end, 2))), "a").stream(2)))
    assert error.outcome is Outcome.NOT_SENT
