"""Whose order, whose cookie, whose form: docs/security.md says which item of OWASP's lists each test is for."""

import re

import httpx
import pytest

from marketplace.orders.contract import Orders
from marketplace.storefront.tests.shopper import ADDRESS, CARD, Shopper
from plures.testing import Running

from .visits import customer_of, ordered

pytestmark = pytest.mark.asyncio(loop_scope="package")


# Ids of others: A01 and API1


async def test_an_order_of_another_customer_is_as_unknown_as_one_that_is_not_there(
    shop: Running, shopper: Shopper
) -> None:
    owner, stranger = Shopper(str(shop.public_url)), Shopper(str(shop.public_url))
    async with owner.client, stranger.client:
        path = await ordered(owner)
        await stranger.buy("abacus")
        for other in (stranger, shopper):
            theirs, none = await other.client.get(path), await other.client.get("/orders/2026-99999")
            assert (theirs.status_code, none.status_code) == (404, 404)
            assert theirs.text.replace(path, "") == none.text.replace("/orders/2026-99999", "")
        assert (await owner.client.get(path)).status_code == 200


async def test_fields_that_a_form_does_not_have_change_nothing(shop: Running, shopper: Shopper) -> None:
    """Another customer's id, a price, a state: whatever a form sends beside its own fields is not read."""
    victim = Shopper(str(shop.public_url))
    async with victim.client:
        await ordered(victim)
        await victim.get("/account")
        before = victim.html
        more = {"customer_id": customer_of(victim), "customer": customer_of(victim), "price": "1", "state": "PAID"}
        await shopper.buy("abacus")
        await shopper.post("/account", name="Mallory", email="m@evil.example", **more)
        await shopper.post("/checkout/address", **(ADDRESS | more | {"recipient": "Mallory"}))
        await shopper.post("/cart/add", product_id="teapot", quantity="1", unit="1", total="1", **more)
        assert "Mallory" in (await shopper.get("/account")).page
        assert (await victim.get("/account")).html == before


async def test_what_another_customer_agreed_to_orders_nothing(shop: Running, shopper: Shopper) -> None:
    victim = Shopper(str(shop.public_url))
    async with victim.client:
        await victim.buy("teapot")
        await victim.go_to_checkout()
        stolen = {name: victim.hidden(name) for name in ("key", "agreed")}
        await shopper.buy("abacus", 2)
        await shopper.go_to_checkout()
        await shopper.post("/checkout", **(CARD | stolen))
        assert shopper.status == 409
        assert await shop.client(Orders).list_for(customer_of(shopper)) == ()
        assert await shop.client(Orders).list_for(customer_of(victim)) == ()


async def test_a_lower_total_is_not_agreed_to(shop: Running, shopper: Shopper) -> None:
    await shopper.buy("teapot")
    await shopper.go_to_checkout()
    cheap = re.sub(r'"amount":\d+', '"amount":1', shopper.hidden("agreed"))
    await shopper.post("/checkout", **CARD, key=shopper.hidden("key"), agreed=cheap)
    assert shopper.status == 409
    assert "The total has changed" in shopper.page
    assert await shop.client(Orders).list_for(customer_of(shopper)) == ()


# Sessions and cookies: A07 and API2


async def test_a_cookie_that_was_not_made_here_is_none(shopper: Shopper) -> None:
    path = await ordered(shopper)
    good = shopper.client.cookies["marketplace"]
    payload, at, signature = good.split(".")
    forged = (
        f"{payload}.{at}.{'A' * len(signature)}",
        f"{payload}.{at}",
        f"{payload}..{signature}",
        f"{payload}.{at}.",
        "e30=",
        "." * 50,
    )
    for value in (*forged, "A" + good[1:], "\\" * 20_000):
        async with httpx.AsyncClient(base_url=shopper.client.base_url) as client:
            response = await client.get(path, headers={"cookie": f"marketplace={value}"})
        assert response.status_code == 404, value[:80]


async def test_the_cookie_is_bound_to_the_site_and_out_of_reach_of_scripts(shopper: Shopper) -> None:
    response = await shopper.client.get("/products/teapot")
    attributes = {each.strip().lower() for each in response.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert not [each for each in attributes if each.startswith("domain")]


async def test_a_form_needs_our_page_and_our_site(shopper: Shopper) -> None:
    await shopper.buy("teapot")
    form = {"token": shopper.hidden("token"), "product_id": "abacus", "quantity": "1"}
    assert (await shopper.client.post("/cart/add", data={**form, "token": "guessed"})).status_code == 403
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert (await shopper.client.post("/cart/add", data=form, headers=headers)).status_code == 403
    own = {"origin": str(shopper.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert (await shopper.client.post("/cart/add", data=form, headers=own)).status_code == 200
