"""Who calls which version: what a replica counts."""

import asyncio
import logging
from pathlib import Path

import pytest

from plures import client
from plures.host import Mode
from tests.unit.host.parts import request

from .shop import TOKENS, Cart, Make, SearchV1, uses


@pytest.mark.parametrize("mode", Mode)
async def test_calls_are_counted_by_version_operation_and_caller(shop: Make, tmp_path: Path, mode: Mode) -> None:
    running = shop(mode=mode)
    await running.start()
    for _ in range(3):
        assert await client(Cart).show() == 5
    assert await client(SearchV1).find("four") == 4
    assert await asyncio.to_thread(client(SearchV1).find_now, "four") == 4
    await running.stop()
    assert uses(tmp_path) == {
        "the edge: cart.v1/Show": 3,
        "cart: search.v1/Find": 3,
        "cart: search.v1/All": 3,
        "the edge: search.v1/Find": 1,
        "the edge: search.v1/FindNow": 1,
        "search itself: search.v2/Find": 4,
        "search itself: search.v2/All": 3,
    }


async def test_calls_from_outside_are_counted_where_they_arrive(
    shop: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running = shop()
    await running.start()
    caplog.clear()
    for name, token in TOKENS.items():
        for _ in range(2):
            answer = await request(
                running.control, "/shop.search.v1.SearchV1/Find", b'{"text":"x"}', authorization=f"Bearer {token}"
            )
            assert answer[0] == 200, name
    headers = {"authorization": f"Bearer {TOKENS['web']}"}
    assert (await request(running.control, "/shop.search.v2.Search/Find", b'{"text":"x"}', **headers))[0] == 403
    await request(running.control, "/contracts", None, authorization=f"Bearer {TOKENS['tools']}")
    await running.stop()
    # The process counts its calls itself, and those that were refused are none.
    assert uses(tmp_path) == {
        "partner: search.v1/Find": 2,
        "plures: search.v1/Find": 2,
        "search itself: search.v2/Find": 6,
    }
    assert [record.message for record in caplog.records if record.name == "plures.calls"] == [
        "partner calls shop.search.v1, which is deprecated since 2026-10-01; it is served until 2031-06-30. Move it to shop.search.v2."
    ]


async def test_a_call_that_fails_is_a_use(shop: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    running = shop()
    await running.start()
    with pytest.raises(Exception, match="failed inside"):
        await client(SearchV1).find("")
    await running.stop()
    assert uses(tmp_path)["the edge: search.v1/Find"] == 1
