"""Streams between several replicas: one that has begun is not asked for again, and what breaks it off is told."""

import struct

import pytest
from lab import Gone, Trouble

from plures import Internal, LimitExceeded, Outcome, Unavailable
from plures.errors import CallError
from plures.runtime import MAX_BODY_BYTES, Broken, NotSent, Reply

from .scripted import DRAINING, ITEMS, Callers, Scripted, envelope, failure, items, stream_of

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
