"""Who calls which version: what a replica counts, keeps and says in its log, and what its answers say of deprecated contracts."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import Application, Capability, client, contract, query
from plures.access import Access, Caller, CallerKind, digest_of
from plures.application import assemble
from plures.host import Host, Mode, Placement
from plures.host import usage as keeping
from plures.usage import UsageFile

from .parts import request

TOKENS = {name: f"a-token-of-the-{name}" for name in ("partner", "tools", "web")}


@contract("shop.search.v2", owner="finders")
class Search(Protocol):
    @query()
    async def find(self, text: str) -> int: ...
    @query()
    async def all(self) -> AsyncIterator[int]:
        yield 0


@contract("shop.search.v1", owner="finders", deprecated=date(2026, 10, 1), sunset=date(2031, 6, 30))
class SearchV1(Protocol):
    @query()
    async def find(self, text: str) -> int: ...
    @query()
    def find_now(self, text: str) -> int: ...
    @query()
    async def all(self) -> AsyncIterator[int]:
        yield 0


@contract("shop.cart.v1", owner="sellers", stability="deprecated")
class Cart(Protocol):
    @query()
    async def show(self) -> int: ...


class SearchService:
    async def find(self, text: str) -> int:
        if not text:
            raise RuntimeError
        return len(text)

    async def all(self) -> AsyncIterator[int]:
        yield 1


class OnV2:
    def __init__(self, newer: Search) -> None:
        self._newer = newer

    async def find(self, text: str) -> int:
        return await self._newer.find(text)

    def find_now(self, text: str) -> int:
        return len(text)

    async def all(self) -> AsyncIterator[int]:
        async for each in self._newer.all():
            yield each


class CartService:
    def __init__(self, search: SearchV1) -> None:
        self._search = search

    async def show(self) -> int:
        return await self._search.find("cart") + sum([each async for each in self._search.all()])


async def web(scope: Any, receive: Any, send: Any) -> None: ...


def edge(search: SearchV1) -> Any:
    del search
    return web


APP = Application(
    "shop",
    [
        Capability(Search, SearchService, older=[Capability(SearchV1, OnV2)]),
        Capability(Cart, CartService),
    ],
    edge=edge,
    clients=[Cart],
)
ACCESS = Access(
    (
        Caller("partner", CallerKind.OUTSIDE, digest_of(TOKENS["partner"]), ("search", "cart")),
        Caller("plures", CallerKind.TOOLS, digest_of(TOKENS["tools"])),
        Caller("web", CallerKind.PROCESS, digest_of(TOKENS["web"]), ("search.v1",)),
    )
)

Make = Callable[..., Host]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        def make(**more: Any) -> Host:
            given = {"edge": True, "data": tmp_path, "usage": tmp_path, "access": ACCESS} | more
            made = Host(assemble(APP), Placement(frozenset({"search", "cart"}), **given))
            stack.push_async_callback(made.stop)
            return made

        yield make


def uses(folder: Path) -> dict[str, int]:
    """`<caller>: <contract>/<operation>` → how many calls are kept."""
    kept = UsageFile(folder).read().uses
    return {f"{use.caller}: {use.contract[5:]}/{use.operation}": used.calls for use, used in kept.items()}


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


async def test_callers_of_deprecated_contracts_are_warned_once(shop: Make, caplog: pytest.LogCaptureFixture) -> None:
    running = shop()
    await running.start()
    for _ in range(3):
        await client(Cart).show()
    running.lead(leads=True)
    until = "which is deprecated since 2026-10-01; it is served until 2031-06-30. Move it to shop.search.v2."
    assert sorted(record.message for record in caplog.records if record.name == "plures.calls") == [
        f"cart calls shop.search.v1, {until}",
        "the edge calls shop.cart.v1, which is deprecated. Ask sellers, which owns it, what takes its place.",
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
    # An operation that the successor does not have has none; a contract without days and successor has nothing to say.
    gone = await request(running.control, "/shop.search.v1.SearchV1/FindNow", b'{"text":"x"}', **token)
    assert ("link" in gone[2], gone[2]["deprecation"]) == (False, notice["deprecation"])
    assert not set((await request(running.control, "/shop.cart.v1.Cart/Show", b"{}", **token))[2]) & set(notice)


async def test_the_listing_tells_versions_and_their_ends(shop: Make) -> None:
    running = shop()
    await running.start()
    _, listing, _ = await request(running.control, "/contracts", authorization=f"Bearer {TOKENS['tools']}")
    shown = [(each["name"], each["deprecated"], each["sunset"], each["successor"]) for each in listing["contracts"]]
    assert shown == [
        ("shop.search.v2", None, None, None),
        ("shop.search.v1", "2026-10-01", "2031-06-30", "shop.search.v2"),
        ("shop.cart.v1", None, None, None),
    ]
