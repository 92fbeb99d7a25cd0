"""What protects customers from others, and their browsers from injected content."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from marketplace.storefront.edge import pages_of
from marketplace.storefront.web.settings import SecretNotKept, Settings, kept_secret, settings_from

from .fake_shop import FakeShop
from .shopper import CARD, Shopper


def forms(shop: FakeShop) -> list[str]:
    routes: list[Any] = list(shop.app().routes)
    return [route.path for route in routes if isinstance(route, Route) and "POST" in (route.methods or ())]


async def test_every_form_needs_the_token_of_our_own_page(shop: FakeShop) -> None:
    paths = forms(shop)
    assert len(paths) >= 7
    for path in paths:
        shopper = Shopper(shop.app())
        await shopper.buy("teapot")
        for token in ("", "stolen", "ünknown"):
            where = path.replace("{product_id}", "teapot")
            response = await shopper.client.post(where, data={**CARD, "token": token, "product_id": "stool"})
            assert response.status_code == 403, (path, token)
            assert "This form has expired" in response.text


async def test_a_token_of_another_visitor_does_not_count(shop: FakeShop) -> None:
    app = shop.app()
    victim, attacker = Shopper(app), Shopper(app)
    await victim.buy("teapot")
    await attacker.get("/products/stool")
    response = await victim.client.post(
        "/cart/remove", data={"token": attacker.hidden("token"), "product_id": "teapot"}
    )
    assert response.status_code == 403


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shop: FakeShop) -> None:
    response = await Shopper(shop.app()).client.get("/products/teapot")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_a_changed_cookie_is_no_cookie(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await shopper.buy("teapot")
    good = shopper.client.cookies["marketplace"]
    shopper.client.cookies.clear()
    shopper.client.cookies.set("marketplace", "X" + good[1:])
    await shopper.get("/cart")
    assert "Your cart is empty" in shopper.page


@pytest.mark.parametrize("path", ["/", "/search?q=a", "/products/teapot", "/cart", "/account", "/nowhere"])
async def test_every_page_forbids_what_it_does_not_need(shop: FakeShop, path: str) -> None:
    response = await Shopper(shop.app()).client.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<style" not in response.text
    assert not re.search(r"""<script(?! src="/static/)|\son\w+=|\sstyle=""", response.text)


async def test_browsers_always_keep_static_files_which_change_their_address_with_their_content(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await shopper.get("/")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', shopper.html)
    assert len(files) == 3
    for file in files:
        assert re.search(r"\.[0-9a-f]{12}\.", file)
        response = await shopper.client.get(file)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert (await shopper.client.get(file.replace(".", ".0", 1))).status_code == 404


async def test_a_body_larger_than_any_form_is_refused(shop: FakeShop) -> None:
    shopper = Shopper(shop.app())
    await shopper.get("/account")
    response = await shopper.client.post("/account", data={"token": shopper.hidden("token"), "name": "x" * 70_000})
    assert response.status_code == 413


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "storefront.secret"
    first = kept_secret(file)
    assert len(first) >= 32
    assert kept_secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["storefront.secret"]


def test_a_secret_that_cannot_be_kept_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(SecretNotKept, match="set MARKETPLACE_SECRET"):
        kept_secret(tmp_path / "taken" / "storefront.secret")


def test_the_environment_decides_about_secret_and_https(tmp_path: Path) -> None:
    given = settings_from({"MARKETPLACE_SECRET": "given", "MARKETPLACE_HTTPS": "1"})
    assert (given.secret, given.https_only) == ("given", True)
    made = settings_from({"MARKETPLACE_DATA": str(tmp_path)})
    assert (made.secret, made.https_only) == ((tmp_path / "storefront.secret").read_text(), False)


@pytest.mark.parametrize(
    "agreed", ['{"a":' * 5000, "[" * 20_000, '{"cart_id":"\\ud800"}', '{"total":{"amount":1e999}}', "\x00"]
)
async def test_an_agreement_that_is_none_is_asked_for_again(shop: FakeShop, agreed: str) -> None:
    shopper = Shopper(shop.app())
    await shopper.buy("teapot")
    await shopper.go_to_checkout()
    await shopper.post("/checkout", **CARD, key="k", agreed=agreed)
    assert shopper.status == 422


async def test_over_https_the_cookie_belongs_to_this_host_alone(shop: FakeShop) -> None:
    app = pages_of(shop.shop, Settings("a secret for tests", https_only=True))
    response = await Shopper(app).client.get("/products/teapot")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-marketplace=")
    attributes = {each.strip().lower() for each in cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/"} <= attributes
    assert response.headers["strict-transport-security"] == "max-age=31536000"
