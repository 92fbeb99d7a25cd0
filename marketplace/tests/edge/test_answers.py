"""What the edge answers, and what it does not: headers, addresses, methods, errors. docs/security.md says for which item of OWASP's lists."""

import pytest

from marketplace.storefront.tests.shopper import Shopper

pytestmark = pytest.mark.asyncio(loop_scope="package")


# How the edge is set up (A02, API8)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/account", 200),
        ("/nowhere", 404),
        ("/products/none", 404),
        ("/pictures/teapot.svg", 200),
        ("/cart/add", 405),
    ],
)
async def test_every_answer_has_the_headers_that_browsers_obey(shopper: Shopper, path: str, status: int) -> None:
    response = await shopper.client.get(path)
    headers = response.headers
    assert response.status_code == status
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers
    assert "x-powered-by" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/account", "/checkout/address", "/orders/2026-99999", "/checkout"])
async def test_browsers_do_not_keep_pages_about_a_person(shopper: Shopper, path: str) -> None:
    await shopper.buy("teapot")
    assert (await shopper.client.get(path, follow_redirects=False)).headers["cache-control"] == "no-store"


async def test_shared_caches_keep_no_page(shopper: Shopper) -> None:
    assert (await shopper.client.get("/")).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/cart/", "/account/", "//evil.example/", "/\\evil.example", "/search/"])
async def test_no_address_leads_to_another_site(shopper: Shopper, path: str) -> None:
    url = f"{str(shopper.client.base_url).rstrip('/')}{path}"
    response = await shopper.client.get(url, headers={"host": "evil.example"}, follow_redirects=False)
    assert response.status_code == 404
    assert 'href="//' not in response.text
    assert "evil.example" not in response.headers.get("location", "")


async def test_the_host_header_stands_in_no_page_and_no_redirect(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    foreign = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-original-url": "/account"}
    page = await shopper.client.get("/", headers=foreign)
    assert "evil.example" not in page.text
    form = {"token": shopper.hidden("token"), "product_id": "abacus", "quantity": "1"}
    response = await shopper.client.post("/cart/add", data=form, headers=foreign, follow_redirects=False)
    assert response.headers["location"] == "/cart"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc", "/contracts", "/health/ready", "/metrics", "/.env", "/.git/config", "/admin", "/debug",
                                  "/marketplace.payments.v1.Payments/Refund", "/static/../app.py", "/static/%2e%2e/app.py"])  # fmt: skip
async def test_nothing_else_answers_there(shopper: Shopper, path: str) -> None:
    response = await shopper.client.request("POST" if "Payments" in path else "GET", path)
    assert response.status_code in (403, 404)
    assert "Traceback" not in response.text


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_other_methods_are_refused(shopper: Shopper, method: str) -> None:
    assert (await shopper.client.request(method, "/cart")).status_code == 405


async def test_no_header_changes_the_method(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    for name in ("x-http-method-override", "x-method-override", "x-http-method"):
        await shopper.client.get("/cart/remove?product_id=teapot", headers={name: "POST"})
        await shopper.client.get("/cart?_method=POST&product_id=teapot", headers={name: "DELETE"})
    assert "Teapot" in (await shopper.get("/cart")).page


# Errors and the log: A09 and A10


async def test_an_error_page_says_nothing_of_the_inside(shopper: Shopper) -> None:
    for method, path in (
        ("GET", "/nowhere"),
        ("POST", "/"),
        ("GET", "/products/%00"),
        ("GET", "/orders/'"),
        ("POST", "/account"),
    ):
        response = await shopper.client.request(method, path)
        assert 400 <= response.status_code < 500
        for inside in ("Traceback", "site-packages", ".py", "sqlite", "marketplace.", "plures"):
            assert inside not in response.text, (path, inside)
