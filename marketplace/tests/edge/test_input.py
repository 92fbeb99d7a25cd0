"""What visitors type, send and ask for at once: docs/security.md says which item of OWASP's lists each test is for."""

import asyncio

import pytest

from marketplace.catalog.contract import MOST_PIECES
from marketplace.inventory import opening_stock
from marketplace.inventory.contract import Inventory
from marketplace.orders.contract import Orders
from marketplace.storefront.tests.shopper import ADDRESS, CARD, Shopper
from plures.testing import Running

from .visits import customer_of

pytestmark = pytest.mark.asyncio(loop_scope="package")
WRONG = ("-1", "0", "100", "1e3", "1.5", " ", "9" * 400, "\u0663", "NaN", "1;DROP TABLE carts", "2147483648")


# Texts that mean something elsewhere


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "'; DROP TABLE profiles; --",
        "%0d%0aSet-Cookie: a=b",
    ],
)
async def test_what_a_visitor_types_stays_text(shopper: Shopper, text: str) -> None:
    await shopper.buy("teapot")
    await shopper.get("/account")
    await shopper.post("/account", name=text, email="")
    assert shopper.status == 200
    await shopper.post("/checkout/address", **(ADDRESS | {"recipient": text, "street": text}))
    for path in ("/account", "/checkout", "/checkout/address"):
        html = (await shopper.get(path)).html
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert ">49<" not in html
    response = await shopper.client.get("/search", params={"q": text})
    assert response.status_code in (200, 503)
    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text
    assert "a" not in response.cookies


@pytest.mark.parametrize("product_id", ["a\r\nX-Injected: 1", "a%0d%0aX-Injected: 1", "\u560d\u560aX-Injected: 1"])
async def test_a_path_does_not_split_an_answer(shopper: Shopper, product_id: str) -> None:
    await shopper.get("/products/teapot")
    response = await shopper.client.post(f"/products/{product_id.replace(chr(13), '%0d').replace(chr(10), '%0a')}/reviews",
                                         data={"token": shopper.hidden("token")})  # fmt: skip
    assert "x-injected" not in response.headers


# Consumption and flows: A06, API4 and API6


@pytest.mark.parametrize("quantity", WRONG)
async def test_a_quantity_is_a_number_of_pieces(shop: Running, shopper: Shopper, quantity: str) -> None:
    await shopper.get("/products/teapot")
    await shopper.post("/cart/add", product_id="teapot", quantity=quantity)
    assert f"must be a whole number from 1 to {MOST_PIECES}" in shopper.page
    await shopper.buy("teapot")
    await shopper.post("/cart/quantity", product_id="teapot", quantity=quantity)
    assert f"must be a whole number from 1 to {MOST_PIECES}" in shopper.page


async def test_a_cart_has_an_end(shopper: Shopper) -> None:
    await shopper.buy("teapot", MOST_PIECES)
    await shopper.buy("teapot", MOST_PIECES)
    assert "The cart is full" in shopper.page


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=\u0663",
        "price=-5-0",
        "price=9999999999-",
        "rating=9",
        "sort=x",
        "category=" + "x" * 5000,
    ],
)
async def test_what_an_address_asks_for_is_bounded(shopper: Shopper, query: str) -> None:
    for path in ("/search", "/categories/home", "/products/teapot/reviews"):
        response = await shopper.client.get(f"{path}?{query}")
        assert response.status_code in (200, 503)
        assert len(response.content) < 200_000


async def test_a_search_text_is_cut(shopper: Shopper) -> None:
    response = await shopper.client.get("/search", params={"q": "teapot " * 4000})
    assert response.status_code in (200, 503)
    assert len((await shopper.client.get("/suggestions", params={"q": "t" * 30_000})).content) < 10_000


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"name=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=b"] * 2000), "application/x-www-form-urlencoded", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + b"x" * 99 + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
            400,
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 60 + b"--x--\r\n",
            "multipart/form-data; boundary=x",
            400,
        ),
        (b"--x\r\n" + b"a: b\r\n" * 5000, "multipart/form-data; boundary=x", 400),
        (b"a=b", "multipart/form-data", 400),
        (b"{}", "application/json", 403),
    ],
    ids=[
        "large",
        "fields (CVE-2026-54283)",
        "file",
        "parts (CVE-2023-30798)",
        "headers of a part",
        "no boundary",
        "JSON",
    ],
)
async def test_a_form_is_bounded(shopper: Shopper, body: bytes, kind: str, status: int) -> None:
    await shopper.get("/account")
    response = await shopper.client.post("/account", content=body, headers={"content-type": kind})
    assert response.status_code == status
    assert "Traceback" not in response.text


async def test_a_form_that_is_sent_many_times_at_once_orders_and_pays_once(shop: Running, shopper: Shopper) -> None:
    await shopper.buy("abacus")
    await shopper.go_to_checkout()
    form = {**CARD, **{name: shopper.hidden(name) for name in ("token", "key", "agreed", "method")}}
    answers = await asyncio.gather(*(shopper.client.post("/checkout", data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(await shop.client(Orders).list_for(customer_of(shopper))) == 1


async def test_the_last_piece_is_sold_once(shop: Running) -> None:
    product_id, stock = await _scarce(shop)
    shoppers = [Shopper(str(shop.public_url)) for _ in range(3)]
    for shopper in shoppers:
        await shopper.buy(product_id, stock)
        await shopper.go_to_checkout()
    forms = [
        {**CARD, **{name: each.hidden(name) for name in ("token", "key", "agreed", "method")}} for each in shoppers
    ]
    await asyncio.gather(
        *(each.client.post("/checkout", data=form) for each, form in zip(shoppers, forms, strict=True))
    )
    orders = [await shop.client(Orders).list_for(customer_of(each)) for each in shoppers]
    paid = [order for each in orders for order in each if order.state.value == "paid"]
    assert len(paid) == 1
    (left,) = await shop.client(Inventory).availability((product_id,))
    assert left.available == 0
    for shopper in shoppers:
        await shopper.client.aclose()


async def _scarce(shop: Running) -> tuple[str, int]:
    """A product of which a cart can hold all pieces."""
    candidates = sorted((pieces, product_id) for product_id, pieces in opening_stock.load().items() if 0 < pieces < 5)
    return candidates[0][1], candidates[0][0]
