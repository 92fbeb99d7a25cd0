"""Headers that browsers obey: on each response that does not say otherwise."""

from typing import Any

import httpx
import pytest

from plures.web import SecurityHeaders


async def plain(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        scope["seen"] = True
        return
    headers = [(b"Cache-Control", b"public")] if scope["path"] == "/picture" else []
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"done"})


async def headers_of(path: str, **options: Any) -> httpx.Headers:
    transport = httpx.ASGITransport(SecurityHeaders(plain, **options))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        return (await client.get(path)).headers


async def test_a_page_may_load_its_own_things_alone_and_is_in_no_frame() -> None:
    headers = await headers_of("/")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/account", "/account/orders"])
async def test_browsers_keep_nothing_personal(path: str) -> None:
    assert (await headers_of(path, personal=["/account/"]))["cache-control"] == "no-store"
    assert (await headers_of("/accounts", personal=["/account/"]))["cache-control"] == "private, no-cache"


async def test_what_a_response_says_itself_stays() -> None:
    assert (await headers_of("/picture")).get_list("cache-control") == ["public"]


async def test_over_https_browsers_are_told_to_stay_there() -> None:
    assert (await headers_of("/", https=True))["strict-transport-security"] == "max-age=31536000"


async def test_headers_can_be_replaced_and_left_out() -> None:
    headers = await headers_of("/", headers={"Referrer-Policy": "no-referrer", "X-Frame-Options": ""})
    assert headers["referrer-policy"] == "no-referrer"
    assert "x-frame-options" not in headers


async def test_what_is_no_request_passes() -> None:
    scope: dict[str, Any] = {"type": "lifespan"}
    await SecurityHeaders(plain)(scope, None, None)
    assert scope["seen"]
