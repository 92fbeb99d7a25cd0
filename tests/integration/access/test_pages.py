"""What pages of other sites may call at the public listener: the same whether the capability runs beside the edge, or elsewhere."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from plures.application import assemble, load
from plures.deploy import SupervisorOptions
from plures.deploy.supervisor.local_processes import RunningProcesses, running
from plures.deploy.supervisor.supervisor import Supervisor
from plures.topology import check, make_plan, parse
from tests.access import shown
from tests.integration.deploy.support import Journal

pytestmark = pytest.mark.asyncio(loop_scope="module")
APP = "published_app:app"
SHOP, DESK, FOREIGN = "https://shop.example", "http://desk.example:8080", "https://evil.example"
TOKEN = "token-of-the-desk-in-a-browser"
TOML = f"""
[application]
import = "{APP}"

[listen]
public = "127.0.0.1:0"
control = "127.0.0.1:0"

[policy]
least_at_once = 1
most_at_once = 1
queue_s = 0.05

[access.callers.website]
may_call = ["catalog/Find", "catalog/List", "catalog/Buy", "catalog/Wait", "catalog/Cancelled"]
origins = ["{SHOP}", "http://localhost:5173"]

[access.callers.desk]
may_call = ["till"]
origins = ["{DESK}"]
token = "${{DESK_TOKEN}}"

[topology.together]
all = {{ capabilities = ["*"] }}

[topology.apart]
front = {{ edge = true }}
back = {{ capabilities = ["*"] }}
"""
FIND, LIST, BUY = "/fair.catalog.v1.Catalog/Find", "/fair.catalog.v1.Catalog/List", "/fair.catalog.v1.Catalog/Buy"
WAIT = "/fair.catalog.v1.Catalog/Wait"
WITHDRAW, TOTAL = "/fair.catalog.v1.Catalog/Withdraw", "/fair.till.v1.Till/Total"


class Fair:
    """The application, and how to ask at its public listener."""

    def __init__(self, processes: RunningProcesses, http: httpx.AsyncClient) -> None:
        self.processes, self.http = processes, http

    async def ask(
        self, path: str, data: object = None, origin: str = SHOP, method: str = "POST", **headers: str
    ) -> Any:
        sent = {"content-type": "application/json"} | ({"origin": origin} if origin else {})
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = data if isinstance(data, bytes) else json.dumps({} if data is None else data).encode()
        url = f"{self.processes.public_url}{path}"
        return await self.http.request(method, url, content=body if method == "POST" else None, headers=sent)

    async def may(self, path: str, origin: str = SHOP, method: str = "POST", **headers: str) -> Any:
        """What a browser asks ahead."""
        return await self.ask(path, None, origin, "OPTIONS", access_control_request_method=method, **headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["together", "apart"])
async def fair(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> AsyncIterator[Fair]:
    folder = tmp_path_factory.mktemp("fair")
    (folder / "plures.toml").write_text(TOML)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        patch.setenv("DESK_TOKEN", TOKEN)
        settings, facts = parse(folder / "plures.toml"), assemble(load(APP)).facts
        plan = make_plan(check(settings.topology(request.param), facts), facts)
        supervisor = Supervisor(plan, settings, SupervisorOptions(), Journal(folder))
        async with running(supervisor) as processes, httpx.AsyncClient(trust_env=False, timeout=60) as http:
            yield Fair(processes, http)


def exposed(answer: httpx.Response) -> set[str]:
    return set(answer.headers["access-control-expose-headers"].split(", "))


def messages(body: bytes) -> list[tuple[int, Any]]:
    """The envelopes of a stream."""
    found = list[tuple[int, Any]]()
    while body:
        flags, length = struct.unpack_from(">BI", body)
        found.append((flags, json.loads(body[5 : 5 + length])))
        body = body[5 + length :]
    return found


def refuses(answer: httpx.Response, status: int, code: str) -> str:
    """Whether a page of the shop can read a refusal, which says that nothing ran."""
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["plures-outcome"] == "not sent"
    assert "plures-outcome" in exposed(answer)
    return answer.json()["message"]


async def test_a_page_calls_and_reads_all_that_the_contract_declares(fair: Fair) -> None:
    answer = await fair.ask(FIND, {"text": "tea"}, wish_language="de")
    assert (answer.status_code, answer.json()) == (200, {"value": [{"name": "tea in de", "price": 0}]})
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["vary"] == "origin"
    assert (answer.headers["stamp-age-s"], answer.headers["trailer-counted"]) == ("7", "1")
    assert exposed(answer) >= {"stamp-age-s", "trailer-counted", "deprecation", "sunset", "x-request-id"}
    assert exposed(answer) & {"vary", "set-cookie", "*"} == set()


async def test_a_browser_is_told_what_it_may_send(fair: Fair) -> None:
    asked = "connect-protocol-version,connect-timeout-ms,content-type,wish-language"
    told = await fair.may(FIND, access_control_request_headers=asked)
    assert (told.status_code, told.content) == (204, b"")
    assert told.headers["access-control-allow-origin"] == SHOP
    assert told.headers["access-control-allow-methods"] == "GET, POST"
    allowed = told.headers["access-control-allow-headers"].split(", ")
    assert allowed == [
        "content-type",
        "connect-protocol-version",
        "connect-timeout-ms",
        "x-request-id",
        "wish-language",
    ]
    assert told.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in told.headers
    # Caches between must not give an answer to one page to another.
    assert {"origin", "access-control-request-headers"} <= set(told.headers["vary"].split(", "))
    assert (await fair.may(BUY)).headers["access-control-allow-methods"] == "POST"
    assert (await fair.may(LIST)).headers["access-control-allow-methods"] == "POST"


@pytest.mark.parametrize("origin", [FOREIGN, "null", "https://shop.example.evil.example", "HTTPS://SHOP.EXAMPLE",
                                    "https://shop.example:444", "http://shop.example", "https://shop.example/", "x" * 5000])  # fmt: skip
async def test_no_other_page_may_ask_or_read(fair: Fair, origin: str) -> None:
    for answer in (await fair.may(FIND, origin), await fair.ask(FIND, {"text": "tea"}, origin)):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "published to no such page" in answer.json()["message"]
        assert len(answer.content) < 600
        assert "origin" in answer.headers["vary"]


async def test_pages_that_do_not_say_whose_they_are_are_refused(fair: Fair) -> None:
    """An image, or a form: its page reads nothing, and asks all the same."""
    query = f"{FIND}?encoding=json&message=%7B%22text%22%3A%22tea%22%7D"
    for site in ("cross-site", "same-site"):
        assert (await fair.ask(query, None, "", "GET", sec_fetch_site=site)).status_code == 403
    # Pages of the edge itself, and programs, which could say any origin.
    assert (await fair.ask(query, None, "", "GET", sec_fetch_site="same-origin")).status_code == 200
    assert (await fair.ask(query, None, "", "GET")).status_code == 200
    own = fair.processes.public_url or ""
    assert (await fair.ask(FIND, {"text": "tea"}, own)).status_code == 200


async def test_what_is_not_published_stays_closed_and_says_so(fair: Fair) -> None:
    why = refuses(await fair.ask(WITHDRAW, {"name": "tea"}), 403, "permission_denied")
    assert 'add "catalog/Withdraw" to may_call of [access.callers.website]' in why
    # The browser lets the page ask, so that it can read that.
    assert (await fair.may(WITHDRAW)).headers["access-control-allow-origin"] == SHOP
    refuses(await fair.ask(TOTAL), 403, "permission_denied")
    # All else is the edge's, as ever.
    for path in ("/", "/contracts", "/health/live", "/docs", "/plures.sagas.v1.SagaAdmin/Status"):
        answer = await fair.ask(path, None, SHOP, "GET")
        assert ("the edge" in answer.text, "access-control-allow-origin" in answer.headers) == (True, False)
    assert "the edge" in (await fair.ask(WITHDRAW, {"name": "tea"}, "")).text


async def test_no_page_gets_to_the_control_listener(fair: Fair) -> None:
    """It is for the processes of the application; the token of a page opens nothing there that is not told."""
    (at, *_) = fair.processes.endpoints["catalog"]
    answer = await fair.http.post(f"{at}{FIND}", json={"text": "tea"}, headers={"origin": SHOP} | shown(TOKEN))
    assert (answer.status_code, "pages of other sites may not" in answer.text) == (403, True)
    # Without an origin, there is no caller of this name: what is published needs no token, and calls no process.
    assert (await fair.http.post(f"{at}{FIND}", json={"text": "tea"})).status_code == 401


async def test_the_private_network_stays_private(fair: Fair) -> None:
    told = await fair.may(FIND, access_control_request_private_network="true")
    assert (told.status_code, "private" in told.json()["message"]) == (403, True)
    assert not [name for name in told.headers if name.startswith("access-control-")]
    assert "access-control-request-private-network" in told.headers["vary"]


async def test_a_page_reads_every_failure(fair: Fair) -> None:
    sold = await fair.ask(FIND, {"text": "gone"})
    assert (sold.status_code, sold.json()["code"]) == (400, "failed_precondition")
    assert (sold.headers["access-control-allow-origin"], sold.headers["stamp-age-s"]) == (SHOP, "7")
    broken = await fair.ask(FIND, {"text": "broken"})
    assert (broken.status_code, broken.json()["code"], "secret" in broken.text) == (500, "internal", False)
    assert broken.headers["access-control-allow-origin"] == SHOP
    refuses(await fair.ask(FIND, {"text": 1}), 400, "invalid_argument")
    refuses(await fair.ask(FIND, b"x" * 5_000_000), 429, "resource_exhausted")
    late = await fair.ask(WAIT, {}, connect_timeout_ms="50")
    assert (late.status_code, late.json()["code"]) == (504, "deadline_exceeded")
    assert late.headers["access-control-allow-origin"] == SHOP
    for other in (
        await fair.ask(FIND, b"text", content_type="text/plain"),
        await fair.ask(BUY, None, SHOP, "GET"),
        await fair.ask(FIND, None, SHOP, "DELETE"),
        await fair.ask(FIND, None, SHOP, "OPTIONS"),
    ):
        assert (other.status_code in (405, 415), other.headers["access-control-allow-origin"]) == (True, SHOP)


async def test_a_page_reads_that_there_is_too_much_to_do(fair: Fair) -> None:
    by_get = f"{WAIT}?encoding=json&message=%7B%7D"
    answers = await asyncio.gather(
        *(fair.ask(WAIT, {}, connect_timeout_ms="600") for _ in range(4)),
        *(fair.ask(by_get, None, SHOP, "GET", connect_timeout_ms="600") for _ in range(4)),
    )
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {SHOP}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.json()["code"] for answer in refused} == {"unavailable"}


async def test_a_query_by_get(fair: Fair) -> None:
    """A simple request to browsers: they ask nothing ahead."""
    answer = await fair.ask(f"{FIND}?connect=v1&encoding=json&message=%7B%22text%22%3A%22tea%22%7D", None, SHOP, "GET")
    assert (answer.status_code, answer.json()["value"][0]["name"]) == (200, "tea in en")
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (SHOP, "origin")
    # The answer to one page may not be given to another by a cache between.
    plain = await fair.ask(f"{FIND}?encoding=json&message=%7B%22text%22%3A%22tea%22%7D", None, "", "GET")
    assert ("access-control-allow-origin" in plain.headers, plain.headers["vary"]) == (False, "origin")


async def test_a_stream(fair: Fair) -> None:
    body = b'{"most": %d}'
    for most, code in ((2, None), (3, "failed_precondition")):
        sent = struct.pack(">BI", 0, len(body % most)) + body % most
        answer = await fair.ask(LIST, sent, content_type="application/connect+json")
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, SHOP)
        *items, (flags, end) = messages(answer.content)
        assert [item["name"] for _, item in items] == [f"tea {number}" for number in range(most)]
        assert (flags, end["metadata"]["counted"]) == (2, [str(most)])
        assert end.get("error", {}).get("code") == code
    spoiled = await fair.ask(LIST, b"\0\0\0\0\x02{}", DESK, content_type="application/connect+json")
    assert spoiled.headers["access-control-allow-origin"] == DESK
    assert messages(spoiled.content)[-1][1]["error"]["code"] == "permission_denied"


async def test_a_method_without_await(fair: Fair) -> None:
    assert (await fair.ask(BUY, {"name": "cup"})).json() == {"name": "cup", "price": 5}


async def test_a_page_with_a_token(fair: Fair) -> None:
    told = await fair.may(TOTAL, DESK, access_control_request_headers="authorization,content-type")
    assert "authorization" in told.headers["access-control-allow-headers"].split(", ")
    assert "authorization" not in (await fair.may(FIND)).headers["access-control-allow-headers"]
    assert (await fair.ask(TOTAL, None, DESK, **shown(TOKEN))).json() == {"value": 12}
    for wrong in (
        {},
        shown("another-token-of-some-length"),
        {"authorization": "Basic eDp5"},
        shown(fair.processes.token),
    ):
        refused = await fair.ask(TOTAL, None, DESK, **wrong)
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, DESK)
        assert "www-authenticate" in exposed(refused)
        assert TOKEN not in refused.text
    # The token is for pages of its own site, and for programs.
    assert (await fair.ask(TOTAL, None, SHOP, **shown(TOKEN))).status_code == 403
    assert (await fair.ask(TOTAL, None, "", **shown(TOKEN))).status_code == 200
    assert (await fair.ask(TOTAL, None, "")).status_code == 401


async def test_a_page_says_nothing_that_processes_tell_each_other(fair: Fair) -> None:
    answer = await fair.ask(
        FIND, {"text": "tea"}, plures_hops="99", plures_criticality="critical", plures_context="x.y"
    )
    assert answer.status_code == 200
    named = await fair.ask(FIND, {"text": "tea"}, x_request_id="from-the-page")
    assert named.headers["x-request-id"] == "from-the-page"


async def test_a_page_that_leaves_cancels_its_call(fair: Fair) -> None:
    async def cancelled() -> int:
        answer = await fair.ask("/fair.catalog.v1.Catalog/Cancelled")
        return answer.json()["value"]

    before = await cancelled()
    with pytest.raises(httpx.ReadTimeout):
        await fair.http.post(f"{fair.processes.public_url}{WAIT}", json={}, headers={"origin": SHOP}, timeout=0.2)
    for _ in range(100):
        if await cancelled() > before:
            break
        await asyncio.sleep(0.05)
    assert await cancelled() == before + 1


async def test_the_listing_says_what_is_published_to_whom(fair: Fair) -> None:
    told = list[Any]()
    for url in fair.processes.control_urls:
        listing = await fair.http.get(f"{url}/contracts", headers=shown(fair.processes.token))
        told += listing.json()["published"]
        assert TOKEN not in listing.text
    assert [(each["name"], each["origins"], each["needs_token"]) for each in told] == [
        ("website", [SHOP, "http://localhost:5173"], False),
        ("desk", [DESK], True),
    ]
