"""Who called what outlives a replica: when counts are written, and what becomes of those that could not be."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from plures import client
from plures.host.observing import usage as keeping
from plures.usage import UsageFile

from .shop import Make, SearchV1, uses


async def test_counts_go_on_after_a_restart(shop: Make, tmp_path: Path) -> None:
    for expected in (1, 2):
        running = shop()
        await running.start()
        await client(SearchV1).find("a")
        await running.stop()
        assert uses(tmp_path)["the edge: search.v1/Find"] == expected
    assert set(UsageFile(tmp_path).read().contracts) == {"shop.search.v2", "shop.search.v1", "shop.cart.v1"}


async def test_what_is_counted_is_kept_while_it_runs(
    shop: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_EVERY_S", 0.01)
    await shop().start()
    await client(SearchV1).find("a")
    for _ in range(500):
        if uses(tmp_path):
            break
        await asyncio.sleep(0.01)
    assert uses(tmp_path)["the edge: search.v1/Find"] == 1


async def test_a_folder_that_takes_nothing_is_told_once_and_stops_no_call(
    shop: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keeping, "_EVERY_S", 0.01)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    running = shop(usage=blocked)
    await running.start()
    assert await client(SearchV1).find("a") == 1

    def told() -> list[str]:
        return [record.message for record in caplog.records if "is not kept in" in record.message]

    for _ in range(500):
        if told():
            break
        await asyncio.sleep(0.01)
    # Some more rounds, which say nothing.
    await asyncio.sleep(0.05)
    blocked.unlink()
    await running.stop()
    assert len(told()) == 1
    # What could not be kept then is kept later.
    assert uses(blocked)["the edge: search.v1/Find"] == 1


async def test_what_is_being_kept_while_it_stops_is_kept_once(
    shop: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_EVERY_S", 0.01)
    has_begun, may_go_on = threading.Event(), threading.Event()
    add = UsageFile.add

    def slowly(file: UsageFile, names: Any, new: Any, now: float) -> None:
        if new:
            has_begun.set()
            may_go_on.wait(30)
        add(file, names, new, now)

    monkeypatch.setattr(UsageFile, "add", slowly)
    running = shop(usage=tmp_path)
    await running.start()
    assert await client(SearchV1).find("a") == 1
    assert await asyncio.to_thread(has_begun.wait, 30)
    stopping = asyncio.create_task(running.stop())
    # It has begun to stop, and waits.
    await asyncio.sleep(0.05)
    may_go_on.set()
    await stopping
    assert uses(tmp_path)["the edge: search.v1/Find"] == 1


async def test_nothing_is_kept_where_no_folder_is_named(shop: Make, tmp_path: Path) -> None:
    running = shop(usage=None)
    await running.start()
    await client(SearchV1).find("a")
    await running.stop()
    assert not UsageFile(tmp_path).path.exists()
