"""What is said of deprecated contracts: in the log of the application, in answers, in the listing."""

import logging

import pytest

from plures import client
from tests.unit.host.parts import request

from .shop import TOKENS, Cart, Make


async def test_callers_of_deprecated_contracts_are_warned_once(shop: Make, caplog: pytest.LogCaptureFixture) -> None:
    running = shop()
    await running.start()
    for _ in range(3):
        await client(Cart).show()
    running.lead(leads=True)
    until = "which is deprecated since 2026-10-01; it is served until 2031-06-30. Move it to shop.search.v2."
    assert sorted(record.message for record in caplog.records if record.name == "plures.calls") == [
        f"cart calls shop.search.v1, {until}",
        "the edge calls shop.cart.v1, which is deprecated since 2026-11-01. Ask sellers, which owns it, what takes its place.",
        f"the edge calls shop.search.v1, {until}",
    ]


async def test_one_replica_of_several_warns(shop: Make, caplog: pytest.LogCaptureFixture) -> None:
    running = shop(leads=None)
    await running.start()
    assert not [record for record in caplog.records if record.name == "plures.calls"]
    running.lead(leads=True)
    assert len([record for record in caplog.records if record.name == "plures.calls"]) == 3


async def test_answers_of_a_deprecated_contract_say_so(shop: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    running = shop()
    notice = {
        "deprecation": "@1790812800",
        "sunset": "Mon, 30 Jun 2031 23:59:59 GMT",
        "link": '</shop.search.v2.Search/Find>; rel="successor-version"',
    }
    token = {"authorization": f"Bearer {TOKENS['tools']}"}
    before = await request(running.control, "/shop.search.v1.SearchV1/Find", b'{"text":"x"}', **token)
    await running.start()
    for body, status in ((b'{"text":"x"}', 200), (b"nonsense", 400), (b'{"text":""}', 500)):
        answer = await request(running.control, "/shop.search.v1.SearchV1/Find", body, **token)
        assert (answer[0], {name: answer[2].get(name) for name in notice}) == (status, notice)
    assert (before[0], {name: before[2].get(name) for name in notice}) == (503, notice)
    newest = await request(running.control, "/shop.search.v2.Search/Find", b'{"text":"x"}', **token)
    assert not set(newest[2]) & set(notice)
    # An operation that the successor does not have has none; one without a sunset says since when it is deprecated.
    gone = await request(running.control, "/shop.search.v1.SearchV1/FindNow", b'{"text":"x"}', **token)
    assert ("link" in gone[2], gone[2]["deprecation"]) == (False, notice["deprecation"])
    cart = await request(running.control, "/shop.cart.v1.Cart/Show", b"{}", **token)
    assert {name: text for name, text in cart[2].items() if name in notice} == {"deprecation": "@1793491200"}


async def test_the_listing_tells_versions_and_their_ends(shop: Make) -> None:
    running = shop()
    await running.start()
    _, listing, _ = await request(running.control, "/contracts", authorization=f"Bearer {TOKENS['tools']}")
    shown = [(each["name"], each["deprecated"], each["sunset"], each["successor"]) for each in listing["contracts"]]
    assert shown == [
        ("shop.search.v2", None, None, None),
        ("shop.search.v1", "2026-10-01", "2031-06-30", "shop.search.v2"),
        ("shop.cart.v1", "2026-11-01", None, None),
    ]
