"""Each page works on behalf of the customer in the cookie; strangers get a page that says so, and no client can say who it is."""

import httpx
import pytest

from marketplace.orders.contract import OrdersPrivate
from marketplace.profile.contract import Shopper as Who
from plures import request_context

from .fake_shop import FakeShop
from .shopper import Shopper


async def test_pages_work_on_behalf_of_the_customer_in_the_cookie(
    shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []

    async def list_for(customer_id: str, **_: int) -> tuple[()]:
        who = request_context(Who, None)
        seen.append(None if who is None else who.customer_id)
        assert who is None or who.customer_id == customer_id
        return ()

    monkeypatch.setattr(shop.orders, "list_for", list_for)
    one, other = Shopper(shop.app()), Shopper(shop.app())
    for shopper in (one, other):
        await shopper.buy("teapot")
        await shopper.get("/account")
    assert None not in seen
    assert len(set(seen)) == 2


async def test_what_belongs_to_another_customer_is_refused_with_a_page(
    shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise OrdersPrivate

    monkeypatch.setattr(shop.orders, "get", refuse)
    stranger = Shopper(shop.app())
    await stranger.buy("teapot")
    await stranger.get("/orders/2026-00001")
    assert stranger.status == 403
    assert "This belongs to another customer." in stranger.page


async def test_a_client_cannot_say_who_it_is(shop: FakeShop) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(shop.app()), base_url="http://shop.example") as client:
        answer = await client.get("/orders/2026-00001", headers={"Plures-Context": "v1.a.1.eyJpc1N0YWZmIjp0cnVlfQ.b"})
        assert answer.status_code == 404
