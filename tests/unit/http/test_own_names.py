"""Whom a listener answers, by the Host header and by what browsers say of the page that asks."""

import json

import pytest

from plures.http import ForOwnNames, OwnNames, Request, Response


async def answer(request: Request) -> Response:
    return Response(200, request.path.encode())


async def ask(names: list[str], method: str = "POST", **headers: str) -> Response:
    sent = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return await ForOwnNames(answer, OwnNames(names))(Request(method, "/a.B/C", headers=sent))


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:8001", "LOCALHOST:1", "localhost.", "shop.localhost", "127.0.0.1:8001", "127.8.9.1",
        "[::1]", "[::1]:8001", "[::ffff:127.0.0.1]:80", "shop.internal", "Shop.Internal:8001", "shop.internal.:80",
        "192.0.2.7", "192.0.2.7:8001", "[2001:db8::7]", "[2001:DB8:0::7]:1", "localhost:",
    ],
)  # fmt: skip
async def test_the_names_of_a_listener(host: str) -> None:
    assert (await ask(["shop.internal", "192.0.2.7", "2001:db8::7"], host=host)).status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8001", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example",
        "192.0.2.8", "128.0.0.1", "0.0.0.0", "[::2]", "[::1", "::1", "localhost:80:80", "localhost:http", "localhost@evil",
        "evil@localhost:80@evil", "", " ", "shop.internal.evil.example", "2130706433", "0x7f.1", "localhost/",
    ],
)  # fmt: skip
async def test_other_names(host: str, method: str) -> None:
    refused = await ask(["shop.internal", "192.0.2.7"], method, host=host)
    told = json.loads(refused.body)
    assert (refused.status, refused.content_type, told["code"]) == (403, b"application/json", "permission_denied")
    assert (b"plures-outcome", b"not sent") in refused.headers
    assert repr(host) in told["message"]
    assert 'names = ["…"] under [listen]' in told["message"]


@pytest.mark.parametrize("every", ["0.0.0.0", "::"])
async def test_who_listens_on_every_address_has_every_address(every: str) -> None:
    for host in ("10.1.2.3:8001", "[2001:db8::1]:8001", "localhost"):
        assert (await ask([every], host=host)).status == 200
    assert (await ask([every], host="evil.example")).status == 403


async def test_a_name_is_shown_in_part() -> None:
    refused = await ask([], host="e" * 60_000)
    assert len(refused.body) < 500


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": ""}, {"origin": "http://localhost:3000"},
        {"origin": "http://localhost:8001.evil.example"}, {"origin": "file://"}, {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"}, {"origin": "http://localhost:8001", "sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "?"},
    ],
)  # fmt: skip
async def test_pages_of_other_sites_are_refused(method: str, headers: dict[str, str]) -> None:
    refused = await ask([], method, host="localhost:8001", **headers)
    assert (refused.status, json.loads(refused.body)["code"]) == (403, "permission_denied")
    assert "let the page ask the edge" in json.loads(refused.body)["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"origin": "http://localhost:8001"}, {"origin": "https://localhost:8001"}, {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
    ],
)  # fmt: skip
async def test_pages_of_the_listener_and_programs_are_answered(headers: dict[str, str]) -> None:
    assert (await ask([], "GET", host="localhost:8001", **headers)).status == 200


async def test_a_program_that_speaks_http_1_0_may_leave_the_host_out() -> None:
    assert (await ask([])).status == 200
    assert (await ask([], origin="http://evil.example")).status == 403
