"""Loads on a small site: each request is counted once, at the site as in the report."""

import asyncio
import socket
import time
from typing import Any

import pytest

from plures.errors import PluresError
from plures.load import Bounds, Load, NotPrepared, Profile, Report, Target, Visitor, report_of, run_load
from tests.site import Asked, answer, site


async def load(target: Target, *journeys: Any, per_s: float = 60, seconds: float = 0.25, **more: Any) -> Report:
    prepare = more.pop("prepare", None)
    profile = Profile(dict.fromkeys(journeys, 1), prepare=prepare)
    return report_of(await run_load(Load("test", profile, target, per_s, seconds, **more), asyncio.Event()))


async def fine(asked: Asked) -> bytes:
    return answer(200, b"fine")


async def test_each_request_is_counted_once_where_it_belongs() -> None:
    async def journey(shop: Visitor) -> None:
        await shop.get("/?n=1", step="home")
        await shop.think(0.001, 0.002)
        await shop.get(f"/missing/{shop.number}", step="missing")
        raise AssertionError

    async with site(home=fine) as served:
        report = await load(served.target, journey)
    (told,) = report.journeys
    assert told.due == told.begun == report.begun == served.asked["GET /?n=1"] > 0
    assert [(each.step, each.sent, each.done, dict(each.failed)) for each in told.steps] == [
        ("home", told.begun, told.begun, {}),
        ("missing", told.begun, 0, {"status 404": told.begun}),
    ]
    assert dict(told.failed) == {"missing: status 404": told.begun}
    assert report.all.sent == sum(served.asked.values()) == 2 * told.begun
    assert sum(each.done_per_s for each in report.timeline) > 0
    assert report.slowest[0].ms == pytest.approx(report.all.ms.max, abs=0.001)
    assert served.seen[0].headers["traceparent"].split("-")[1] in {each.trace for each in report.slowest}


async def test_a_visitor_keeps_cookies_sends_forms_and_follows_where_they_are_led() -> None:
    page = b'<form action="/send" method="get"><input type="hidden" name="no" value="1"></form><form method="POST" action="/send?x">'
    page += b'<input type=hidden name=token value="a&amp;b"><input name="seen"></form><input type="hidden" name="late">'

    async def home(asked: Asked) -> bytes:
        return answer(200, page, set_cookie='session="a=b"; Path=/; HttpOnly', x_one="1")

    async def send(asked: Asked) -> bytes:
        is_right = asked.body == b"token=a%26b&text=%C3%A4" and asked.headers["cookie"] == 'session="a=b"'
        return answer(
            303 if is_right else 500, location="http://elsewhere.example/done?a=1", set_cookie="session=; Max-Age=0"
        )

    async def done(asked: Asked) -> bytes:
        return answer(500 if "cookie" in asked.headers else 200, b'{"a": 1}')

    async def journey(shop: Visitor) -> None:
        first = await shop.get("/")
        sent = await shop.post("/send", {**first.hidden("/send"), "text": "ä"}, expect=303)
        last = await shop.get(sent.location)
        assert (last.json(), first.hidden("/other")) == ({"a": 1}, {})
        shop.check(first.headers["x-one"] == "1", "no header")
        shop.check(not last.text, "there is a body")

    async with site(home=home, send=send, done=done) as served:
        report = await load(served.target, journey)
        assert served.asked["GET /done?a=1"] == report.begun > 0
    (told,) = report.journeys
    assert [each.step for each in told.steps] == ["GET /", "POST /send", "GET /done"]
    assert report.failures == 0
    assert dict(told.failed) == {"check after GET /done: there is a body": report.begun}


async def test_a_mistake_in_a_journey_is_said_and_ends_no_other() -> None:
    async def wrong(shop: Visitor) -> None:
        await shop.get("/")
        {}["key"]

    async def right(shop: Visitor) -> None:
        await shop.get("/")

    async with site(home=fine) as served:
        report = await load(served.target, wrong, right)
    (told,) = report.mistakes
    assert told.startswith("wrong, KeyError: 'key' (test_running.py, line ")
    assert {each.journey: each.ended for each in report.journeys}["right"] > 0


async def test_pages_that_hang_break_or_are_not_there_fail_by_their_reason() -> None:
    async def hang(asked: Asked) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def broken(asked: Asked) -> bytes:
        return b""

    async def hangs(shop: Visitor) -> None:
        await shop.get("/hang")

    async def breaks(shop: Visitor) -> None:
        await shop.get("/broken")

    async with site(hang=hang, broken=broken) as served:
        report = await load(served.target, hangs, breaks, timeout_s=0.2)
    assert report.all.done == 0
    assert report.all.failed.keys() == {"timed out", "connection broken"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = Target(f"http://127.0.0.1:{taken.getsockname()[1]}")
    refused = await load(nobody, hangs)
    assert refused.all.failed.keys() == {"connection refused"}
    unknown = await load(Target("http://no-such-host.invalid"), hangs, seconds=0.1)
    assert unknown.all.failed.keys() == {"the name of the host is not known"}


async def test_connections_are_used_again_and_no_more_than_allowed_are_open() -> None:
    async def slow(asked: Asked) -> bytes:
        await asyncio.sleep(0.02)
        return answer()

    async def journey(shop: Visitor) -> None:
        await shop.get("/")

    async with site(home=slow) as served:
        report = await load(served.target, journey, per_s=400, connections=3)
    assert report.begun == report.all.done > 30
    assert served.connections <= 3


async def test_what_is_not_sent_is_no_part_of_what_was() -> None:
    async def hang(asked: Asked) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def journey(shop: Visitor) -> None:
        await shop.get("/")

    async with site(home=hang) as served:
        report = await load(served.target, journey, per_s=200, bounds=Bounds(in_flight=2, drain_s=0.1))
        assert sum(served.asked.values()) <= 2
    (told,) = report.journeys
    assert (told.begun, report.most_in_flight) == (2, 2)
    assert dict(told.not_sent) == {"too many in flight": told.due - 2}
    assert dict(report.all.failed) == {"unanswered at the end": 2}
    assert dict(told.failed) == {"unfinished at the end": 2}


async def test_what_is_prepared_is_not_counted_and_must_succeed() -> None:
    ready: list[str] = []

    async def prepare(shop: Visitor) -> None:
        ready.append((await shop.get("/")).text)

    async def fails(shop: Visitor) -> None:
        await shop.get("/nothing")

    async def journey(shop: Visitor) -> None:
        await shop.get("/", step=ready[0])

    async with site(home=fine) as served:
        report = await load(served.target, journey, prepare=prepare)
        assert sum(served.asked.values()) == report.all.sent + 1
        with pytest.raises(NotPrepared, match="status 404"):
            await load(served.target, journey, prepare=fails)


async def test_a_journey_may_ask_for_what_is_not_there() -> None:
    async def journey(shop: Visitor) -> None:
        shop.client(Target)

    report = await load(Target("http://127.0.0.1:9"), journey, seconds=0.1)
    assert report.all.sent == 0
    assert all("Target" in each for each in report.journeys[0].failed)
    with pytest.raises(PluresError):
        await load(Target(), journey, prepare=ask, seconds=0.1)


async def ask(shop: Visitor) -> None:
    await shop.get("/")


async def test_a_generator_that_cannot_keep_up_says_the_rate_that_it_reached() -> None:
    async def journey(shop: Visitor) -> None:
        # The code of a journey that blocks: twice as long as there is time for each.
        time.sleep(0.02)  # noqa: ASYNC251 - as above

    report = await load(Target("http://127.0.0.1:9"), journey, per_s=100, seconds=0.2)
    assert report.begun == report.intended
    # A journey holds the loop for 20 ms, and the last one may begin as the time is counted.
    assert (report.begun - 1) / report.sent_for_s <= 50
    assert report.generator.late_ms.max > 0
    assert sum(each.begun_per_s for each in report.timeline) > 0
