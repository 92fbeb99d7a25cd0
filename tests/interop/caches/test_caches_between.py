"""Caches between caller and callee: they keep what the contract lets them, and never give one what is another's."""

from pathlib import Path

import httpx
import pytest

from plures import acting_for
from plures.access import Access, Caller, CallerKind, digest_of
from plures.contract import read_message
from plures.runtime import ContextKind, Seal
from plures.runtime.acting import acting_of
from plures.topology import Policies

from .between import KEY, NoSuchTea, Shopper, between, published

PRICE = "/lab.prices.v1.Prices/Price"
TEA = f"{PRICE}?connect=v1&encoding=json&message=%7B%22tea%22%3A%22green%22%7D"
GREETING = "/lab.prices.v1.Prices/Greeting?connect=v1&encoding=json&message=%7B%7D"
MINE = "/lab.prices.v1.Prices/Mine?connect=v1&encoding=json&message=%7B%7D"


async def test_a_cache_answers_what_it_was_asked_before(tmp_path: Path) -> None:
    async with between(tmp_path) as it:
        assert [await it.client.price("green"), await it.client.price("green"), await it.client.price("oolong")] == [
            5,
            5,
            6,
        ]
        assert it.service.asked == ["green", "oolong"]
        assert it.cache.passed[:2] == [("GET", TEA, False), ("GET", TEA, True)]


async def test_one_request_is_one_url(tmp_path: Path) -> None:
    async with between(tmp_path) as it:
        assert await it.client.basket({"green": 1, "oolong": 2}) == 3
        assert await it.client.basket({"oolong": 2, "green": 1}) == 3
        assert await it.client.basket({"green": 2, "oolong": 1}) == 3
        assert it.cache.hits == [False, True, False]


async def test_shared_caches_keep_nothing_private(tmp_path: Path) -> None:
    async with between(tmp_path) as it:
        for _ in range(2):
            assert await it.client.mine() == "yours alone"
            assert await it.client.stock("green") == 3
        assert it.cache.hits == [False] * 4
        assert [method for method, _, _ in it.cache.passed] == ["GET", "POST", "GET", "POST"]


async def test_a_cache_of_the_caller_keeps_what_is_private(tmp_path: Path) -> None:
    async with between(tmp_path, shared=False) as it:
        assert [await it.client.mine(), await it.client.mine()] == ["yours alone"] * 2
        assert it.cache.hits == [False, True]


async def test_no_cache_keeps_an_error(tmp_path: Path) -> None:
    async with between(tmp_path) as it, httpx.AsyncClient() as browser:
        for _ in range(2):
            with pytest.raises(NoSuchTea):
                await it.client.price("none")
        assert it.service.asked == ["none", "none"]
        for target in (
            "/lab.prices.v1.Prices/Gone",
            f"{PRICE}?encoding=json&message=5",
            f"{PRICE}?encoding=xml&message=",
        ):
            answers = [await browser.get(it.url + target) for _ in range(2)]
            assert [each.headers["cache-control"] for each in answers] == ["no-store"] * 2
        assert it.cache.hits == [False] * 8


@pytest.mark.parametrize("shared", [True, False])
async def test_on_whose_behalf_a_call_is_made_is_never_mixed(tmp_path: Path, shared: bool) -> None:
    async with between(tmp_path, shared=shared) as it:
        assert await it.client.greeting() == "hello stranger"
        for user in ("anna", "bert"):
            with acting_for(Shopper(user)):
                assert await it.client.greeting() == f"hello {user}"
        assert await it.client.greeting() == "hello stranger"
        assert [(method, hit) for method, _, hit in it.cache.passed] == [
            ("GET", False), ("POST", False), ("POST", False), ("GET", True),
        ]  # fmt: skip


@pytest.mark.parametrize("shared", [True, False])
async def test_nor_where_another_client_sends_it_with_get(tmp_path: Path, shared: bool) -> None:
    codec, _ = read_message(Shopper, "a test")
    assert codec is not None
    seal = Seal(ContextKind(Shopper, codec), (KEY,))

    def by(user: str) -> dict[str, str]:
        return {"plures-context": seal.header(acting_of(Shopper(user)), "r1", 60.0), "x-request-id": "r1"}

    async with between(tmp_path, shared=shared) as it, httpx.AsyncClient() as other:
        told = [
            (await other.get(it.url + GREETING, headers=headers)).json()["value"]
            for headers in ({}, by("anna"), by("bert"), by("anna"), {})
        ]
        assert told == ["hello stranger", "hello anna", "hello bert", "hello anna", "hello stranger"]
        assert it.cache.hits == [False, False, False, False, True]


async def test_a_cache_gives_nobody_what_his_token_does_not_open(tmp_path: Path) -> None:
    one, other = "1" * 43, "2" * 43
    callers = (
        Caller("one", CallerKind.OUTSIDE, digest_of(one), ("prices",)),
        Caller("other", CallerKind.OUTSIDE, digest_of(other), ()),
    )
    async with between(tmp_path, access=Access(callers)) as it, httpx.AsyncClient(base_url=it.url) as asking:
        shown = [{"authorization": f"Bearer {one}"}, {"authorization": f"Bearer {other}"}, {}]
        answers = [await asking.get(TEA, headers=headers) for headers in (*shown, shown[0])]
        assert [each.status_code for each in answers] == [200, 403, 401, 200]
        told = [each.headers["cache-control"] for each in answers]
        assert told == ["private, max-age=60", "no-store", "no-store", "private, max-age=60"]
        assert it.cache.hits == [False] * 4


async def test_what_is_packed_goes_to_those_that_unpack_it(tmp_path: Path) -> None:
    packs = Policies({"pack_bytes": 1})
    async with between(tmp_path, policies=packs) as it, httpx.AsyncClient(base_url=it.url) as asking:
        for encoding in ("gzip", "identity", "gzip", "identity"):
            answer = await asking.get(TEA, headers={"accept-encoding": encoding})
            assert answer.json() == {"value": 5}
        assert it.cache.hits == [False, False, True, True]


async def test_the_url_works_in_the_address_bar_of_a_browser(tmp_path: Path) -> None:
    typed = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "accept": "text/html,*/*;q=0.8"}
    async with between(tmp_path) as it, httpx.AsyncClient(base_url=it.url) as browser:
        answer = await browser.get(TEA, headers=typed)
        assert (answer.json(), answer.headers["content-type"]) == ({"value": 5}, "application/json")
        assert "plures-context" in answer.headers["vary"]


async def test_a_body_beside_the_url_changes_no_kept_answer(tmp_path: Path) -> None:
    async with between(tmp_path) as it, httpx.AsyncClient(base_url=it.url) as attacker:
        body = {"content": b'{"tea":"oolong"}', "headers": {"content-type": "application/json"}}
        assert (await attacker.request("GET", TEA, **body)).json() == {"value": 5}  # type: ignore[arg-type]
        assert await it.client.price("green") == 5


async def test_clients_of_all_makes_share_a_url(tmp_path: Path) -> None:
    async with between(tmp_path) as it, httpx.AsyncClient(base_url=it.url) as asking:
        assert await it.client.price("green") == 5
        assert (await asking.get(TEA)).json() == {"value": 5}
        assert it.cache.hits == [False, True]


@pytest.mark.parametrize("pack_bytes", [0, 1])
async def test_no_page_gets_the_answer_to_a_page_of_another_site(tmp_path: Path, pack_bytes: int) -> None:
    origins = ("https://shop.example", "https://desk.example")
    pages = [Caller("web", CallerKind.OUTSIDE, "", ("prices/Price",), origins=origins)]
    # A program says no origin.
    asked = [*({"origin": each} for each in origins), {}]
    packs = Policies({"pack_bytes": pack_bytes})
    for first in range(len(asked)):
        (folder := tmp_path / str(first)).mkdir()
        async with published(folder, pages, packs) as (cache, url), httpx.AsyncClient(base_url=url) as browser:
            in_turn = [headers for headers in (*asked[first:], *asked[:first]) for _ in range(2)]
            answers = [await browser.get(TEA, headers=headers) for headers in in_turn]
            readable = [each.headers.get("access-control-allow-origin") for each in answers]
            assert readable == [headers.get("origin") for headers in in_turn]
            assert all(each.headers.get_list("vary")[0].endswith(", origin") for each in answers)
            assert cache.hits == [False, True] * 3
            foreign = await browser.get(TEA, headers={"origin": "https://evil.example"})
            assert (foreign.status_code, foreign.headers["vary"]) == (403, "origin")
            assert "access-control-allow-origin" not in foreign.headers
