"""Forms of other sites are refused, and nothing else is."""

from typing import Any

import httpx
import pytest

from plures.web import CrossOriginProtection

EVIL, OWN = "https://evil.example", "https://shop.example"


async def plain(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


async def status(method: str, **headers: str) -> int:
    transport = httpx.ASGITransport(CrossOriginProtection(plain, trusted=["https://pay.example/"]))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await client.request(method, "/cart/add", headers=named)).status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site", "origin": EVIL},
        {"sec_fetch_site": "same-site", "origin": "https://blog.shop.example"},
        {"sec_fetch_site": "cross-site"},
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": "https://shop.example.evil.example"},
        {"origin": ""},
    ],
)
async def test_a_page_of_another_origin_changes_nothing(method: str, headers: dict[str, str]) -> None:
    assert await status(method, **headers) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": OWN},
        {"sec_fetch_site": "none"},
        {"origin": OWN},
        {"origin": "https://pay.example", "sec_fetch_site": "cross-site"},
    ],
)
async def test_own_pages_trusted_ones_and_programs_may(headers: dict[str, str]) -> None:
    assert await status("POST", **headers) == 200


async def test_a_link_from_anywhere_may_be_followed() -> None:
    assert await status("GET", sec_fetch_site="cross-site") == 200


async def test_what_is_no_request_passes() -> None:
    passed: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    await CrossOriginProtection(app)({"type": "websocket"}, None, None)
    assert passed == ["websocket"]
