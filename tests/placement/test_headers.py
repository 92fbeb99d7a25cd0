"""Headers, trailers, texts and details of errors, and times in nanoseconds are the same in every placement."""

import asyncio
import logging

import pytest
from lab import Clock, Freshness, Grade, Locale, Marks, Missing, Reads, Totals

from plures import (
    AnyHeaders,
    AnyMessage,
    CallError,
    Duration,
    ErrorDetail,
    HeadersRefused,
    Internal,
    InvalidRequest,
    Outcome,
    Status,
    Timestamp,
    hear_headers,
)
from plures.testing import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_headers_of_request_and_answer(shop: Running) -> None:
    marks = shop.client(Marks)
    locale = Locale(accept_language="de, en;q=0.5", trace=b"\x00\xff", tag=("a", "b c"), most=7)
    with hear_headers() as heard:
        assert await marks.find("lens", locale) == "lens de, en;q=0.5 b'\\x00\\xff' a,b c 7"
    assert heard.headers(Freshness) == Freshness('"lens"', 60, False, 0.5, Grade.BAD)
    assert heard.trailers(Totals) == Totals(4)
    assert await marks.find("x") == "x en None  None"
    assert await marks.find("x", Locale(accept_language="", trace=b"", tag=("",))) == "x  b''  None"
    # Nobody listened: what was heard stays what it was.
    assert heard.trailers(Totals) == Totals(4)


async def test_headers_come_with_a_declared_error(shop: Running) -> None:
    with hear_headers() as heard, pytest.raises(Missing) as caught:
        await shop.client(Marks).find("missing")
    assert (caught.value.what, caught.value.name) == ("nobody has it", "missing")
    assert heard.headers(Freshness) == Freshness('"missing"', 60, False, 0.5, Grade.BAD)
    assert heard.trailers(Totals) == Totals(7)


@pytest.mark.parametrize("count", [0, 3])
async def test_trailers_of_a_stream_come_after_its_last_item(shop: Running, count: int) -> None:
    seen: list[object] = []
    with hear_headers() as heard:
        async for n in shop.client(Marks).rows(count, locale=Locale(accept_language="it")):
            seen.append((n, heard.headers(Freshness), heard.trailers(Totals)))
    assert seen == [(n, Freshness("it"), None) for n in range(count)]
    assert (heard.headers(Freshness), heard.trailers(Totals)) == (Freshness("it"), Totals(count))


async def test_trailers_of_a_stream_that_fails(shop: Running) -> None:
    with hear_headers() as heard, pytest.raises(Missing, match="There is no such mark"):
        [n async for n in shop.client(Marks).rows(2, "missing")]
    assert (heard.headers(Freshness), heard.trailers(Totals)) == (Freshness("en"), Totals(2))


async def test_headers_after_the_first_item_are_refused(shop: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    with pytest.raises(Internal):
        [n async for n in shop.client(Marks).rows(1, "late")]


@pytest.mark.parametrize("what", ["undeclared", "broken"])
async def test_what_no_header_may_be_is_refused(shop: Running, what: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    with hear_headers() as heard, pytest.raises(Internal):
        await shop.client(Marks).tells(what)
    assert heard.headers(Freshness) is None
    with pytest.raises(Internal):
        await shop.client(Marks).plain()


@pytest.mark.parametrize(
    "locale",
    [
        Locale(accept_language="a\r\nx-evil: 1"),
        Locale(accept_language="Müller"),
        Locale(accept_language=" padded"),
        Locale(tag=("x",) * 65),
        Locale(tag=("x" * 9000,)),
        Locale(most=101),
    ],
    ids=["line break", "no ASCII", "spaces at its ends", "too many", "too large", "out of bounds"],
)
async def test_a_request_with_broken_headers_is_not_sent(shop: Running, locale: Locale) -> None:
    with pytest.raises(InvalidRequest, match="its headers") as caught:
        await shop.client(Marks).find("x", locale)
    assert caught.value.outcome is Outcome.NOT_SENT


async def test_whatever_headers_there_are(shop: Running) -> None:
    sent = AnyHeaders.of([("X-Many", "1"), ("x-many", "2"), ("x-data-bin", "AAEC")])
    with hear_headers() as heard:
        assert await shop.client(Marks).any(sent) == "x-many=1; x-many=2; x-data-bin=AAEC"
    headers, trailers = heard.headers(AnyHeaders), heard.trailers(AnyHeaders)
    assert headers is not None
    assert trailers is not None
    assert headers.pairs == (("x-two", "a"), ("x-one", "1"), ("x-two", "b"))
    assert (headers.texts("X-Two"), headers.texts("x-one")) == (("a", "b"), ("1",))
    assert (trailers.blobs("x-sum-bin"), trailers.pairs) == ((b"\x00\x01\x02",), (("x-sum-bin", "AAEC"),))
    with pytest.raises(InvalidRequest, match="belongs to HTTP"):
        await shop.client(Marks).any(AnyHeaders.of([("content-length", "0")]))


async def test_a_caller_hears_what_it_called_and_not_what_that_called(shop: Running) -> None:
    with hear_headers() as heard:
        assert await shop.client(Reads).through("lens") == "lens fr None  None"
    assert heard.headers(Freshness) == Freshness("of the outer one")
    with pytest.raises(HeadersRefused, match="declares none there"):
        heard.trailers(Totals)


async def test_code_without_await_says_and_hears_headers(shop: Running) -> None:
    assert (
        await asyncio.to_thread(shop.client(Reads).without_await, "a")
        == "a Freshness(etag='de', max_age=0, is_whole=True, share=0.0, grade=<Grade.GOOD: 1>)"
    )


async def test_an_error_has_a_text_and_details(shop: Running) -> None:
    with pytest.raises(Missing, match="with a text") as caught:
        await shop.client(Marks).fails("missing")
    [detail] = caught.value.error_details
    assert detail == ErrorDetail("google.rpc.RetryInfo", b"\n\x02\x08\x05", {"retryDelay": "5s"})


@pytest.mark.parametrize("client", ["marks", "reads"])
async def test_errors_that_nobody_lists_are_passed_on(shop: Running, client: str) -> None:
    with pytest.raises(CallError) as caught:
        await (shop.client(Marks).fails("data_loss") if client == "marks" else shop.client(Reads).passes_on())
    assert (caught.value.status, caught.value.why) == (Status.DATA_LOSS, "as a peer said")
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN
    assert [(each.type, each.value) for each in caught.value.error_details] == [
        ("google.rpc.RetryInfo", b"\n\x02\x08\x05"),
        ("other.Type", b"\x00\xff"),
    ]


@pytest.mark.parametrize(
    "clock",
    [
        Clock(Timestamp.parse("0001-01-01T00:00:00Z"), Duration(-315_576_000_000, -999_999_999)),
        Clock(Timestamp.parse("9999-12-31T23:59:59.999999999Z"), Duration(315_576_000_000, 1)),
        Clock(Timestamp(-1, 1), Duration(0, -1), AnyMessage("x/a.B", json=b'{"c":[1,null,{"d":"e"}]}')),
    ],
    ids=["first", "last", "between"],
)
async def test_nanoseconds_and_messages_of_any_type_stay_as_they_are(shop: Running, clock: Clock) -> None:
    assert await shop.client(Marks).clock(clock) == clock
