"""The whole marketplace, through its contracts: from a word to a paid order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
import pytest_asyncio

from marketplace.app import app
from marketplace.cart.contract import Cart
from marketplace.catalog.contract import Catalog
from marketplace.checkout.contract import Checkout, Placed
from marketplace.inventory.contract import Inventory
from marketplace.notifications.contract import Notifications
from marketplace.orders.contract import Orders, OrderState
from marketplace.payments.contract import Card
from marketplace.pricing.contract import Pricing
from marketplace.profile.contract import Address, Profile
from marketplace.recommendations.complements import complements, complements_of
from marketplace.recommendations.contract import Recommendations
from marketplace.reviews.contract import NewReview, Reviews
from marketplace.search.contract import IndexNotReady, Search
from marketplace.shipping.contract import Shipping
from marketplace.storefront.buying.address_form import choices
from plures import DeadlineExceeded
from plures.testing import Running, Where, assemble, one_each, run
from tests.databases import POSTGRESQL, SQLITE

CARD = Card("4242424242424242", 12, 2090, "123", "A. Customer")
HOME = Address("A. Customer", "High Street 1", "10115", "Berlin", "DE")
PATIENCE_S = 60

T = TypeVar("T")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[
        ("marketplace.app:app", Where.CHECKED, SQLITE),
        ("marketplace.app:app", Where.CHECKED, POSTGRESQL),
        ("marketplace.in_memory:app", Where.OVER_THE_WIRE, None),
    ],
    ids=["on SQLite, in process", "on PostgreSQL, in process", "in memory, over the wire"],
)
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    application, where, kind = request.param
    folder: Path = tmp_path_factory.mktemp("marketplace")
    topology = None
    if kind == POSTGRESQL:
        assembly = assemble(app)
        storage = await request.getfixturevalue("postgres").storage(assembly, folder / "passwords")
        topology = replace(one_each(assembly), storage=storage)
    async with run(application, where, data=folder, topology=topology) as running:
        await until(lambda: index_is_built(running))
        yield running


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 - it may happen in another process, so there is no event
            await asyncio.sleep(0.02)


async def answer(query: Callable[[], Awaitable[T]]) -> T:
    """To a query, which may be asked again: where a machine has much to do, its deadline may pass."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await query()
            except DeadlineExceeded:
                continue


async def index_is_built(shop: Running) -> bool:
    try:
        await shop.client(Search).find(limit=1)
    except IndexNotReady:
        return False
    return True


async def bought_together(shop: Running) -> bool:
    (best,) = await shop.client(Recommendations).for_product("teapot", limit=1)
    return best.product_id == "abacus" and best.bought_together > 0


async def order(shop: Running, customer_id: str) -> Placed:
    await shop.client(Profile).set_address(customer_id, HOME)
    await shop.client(Cart).add(customer_id, "teapot", 2)
    await shop.client(Cart).add(customer_id, "abacus")
    placed = await shop.client(Checkout).place(customer_id, f"page of {customer_id}", CARD)
    assert isinstance(placed, Placed)
    return placed


async def test_from_a_word_to_a_paid_order(shop: Running) -> None:
    findings = await shop.client(Search).find("teapott", limit=1)
    assert findings.corrected == "teapot"
    (hit,) = findings.hits
    assert hit.product.id == "teapot"
    placed = await order(shop, "anna")
    assert placed.order.state is OrderState.PAID
    assert await shop.client(Orders).list_for("anna") == (placed.order,)
    assert (await shop.client(Cart).get("anna")).items == ()
    (stock,) = await shop.client(Inventory).availability(("teapot",))
    assert hit.available is not None
    assert stock.available == hit.available - 2


async def test_the_same_page_sent_twice_orders_once(shop: Running) -> None:
    placed = await order(shop, "bert")
    again = await shop.client(Checkout).place("bert", "page of bert", CARD)
    assert again == placed
    assert len(await shop.client(Orders).list_for("bert")) == 1


async def test_many_pages_of_one_cart_at_once_make_one_order_and_all_show_it(shop: Running) -> None:
    await shop.client(Profile).set_address("dora", HOME)
    await shop.client(Cart).add("dora", "teapot")
    checkout = shop.client(Checkout)
    agreed = (await checkout.preview("dora")).agreement
    pages = [checkout.place("dora", f"page {n} of dora", CARD, agreed=agreed) for n in range(4)]
    outcomes = await asyncio.gather(*pages)
    (placed,) = await shop.client(Orders).list_for("dora")
    assert [outcome.order for outcome in outcomes if isinstance(outcome, Placed)] == [placed] * 4
    assert [outcome.ordered_before for outcome in outcomes if isinstance(outcome, Placed)].count(False) == 1
    assert (await shop.client(Cart).get("dora")).items == ()


async def test_what_follows_an_order(shop: Running) -> None:
    await order(shop, "carla")
    if shop.where is not Where.CHECKED:
        # Events need a database.
        assert await shop.client(Notifications).list_for("carla") == ()
        return
    await until(lambda: shop.client(Notifications).list_for("carla"))
    await until(lambda: shop.client(Reviews).may_review("carla", "teapot"))
    await until(lambda: bought_together(shop))
    review = await shop.client(Reviews).add("carla", "teapot", NewReview("carla", 5, "Lovely"))
    page = await shop.client(Reviews).list_for("teapot", limit=1)
    assert page.reviews == (review,)


async def test_every_product_has_a_price_and_stock(shop: Running) -> None:
    catalog, pricing, inventory = shop.client(Catalog), shop.client(Pricing), shop.client(Inventory)
    reviews = shop.client(Reviews)

    async def exported() -> list[str]:
        return [product.id async for product in catalog.export()]

    ids = await answer(exported)
    for first in range(0, len(ids), 500):
        batch = tuple(ids[first : first + 500])
        assert [price.product_id for price in await answer(partial(pricing.quote_many, batch))] == list(batch)
        assert [stock.product_id for stock in await answer(partial(inventory.availability, batch))] == list(batch)
        assert [rating.product_id for rating in await answer(partial(reviews.summary, batch))] == list(batch)


async def test_no_country_that_we_send_to_is_shown_by_its_letters(shop: Running) -> None:
    names = [country.name for country in choices(await shop.client(Shipping).countries())]
    assert names[:3] == ["Andorra", "Australia", "Austria"]
    assert {"Monaco", "San Marino", "South Korea"} <= set(names)
    assert not [name for name in names if len(name) == 2]


async def test_what_goes_with_a_product_is_of_other_shelves(shop: Running) -> None:
    catalog = shop.client(Catalog)
    shelves = [category for category in await catalog.categories() if category.parent_id is not None]
    for shelf in shelves:
        ids = complements_of("", shelf.id)
        products = await answer(partial(catalog.get_many, ids))
        assert [product.id for product in products] == list(ids), shelf.id
        assert len(ids) >= 6, shelf.id
        assert shelf.id not in {product.category_id for product in products}, shelf.id
    assert set(complements()) <= {category.id for category in await catalog.categories()}
    recommended = await shop.client(Recommendations).for_product("koto")
    products = await catalog.get_many(tuple(one.product_id for one in recommended))
    assert len(products) == 6
    assert "music/strings" not in {product.category_id for product in products}


async def test_every_category_that_is_listed_can_be_browsed(shop: Running) -> None:
    for category in await shop.client(Catalog).categories():
        page = await answer(partial(shop.client(Catalog).browse, category.id, limit=1))
        assert page.total == category.products
        assert page.products


async def test_the_front_page_answers(shop: Running) -> None:
    assert shop.public_url is not None
    async with httpx.AsyncClient(base_url=shop.public_url) as browser:
        page = await browser.get("/")
        picture = await browser.get("/pictures/teapot.svg")
    assert page.status_code == picture.status_code == httpx.codes.OK
    assert "text/html" in page.headers["content-type"]
    assert picture.headers["content-type"].startswith("image/svg+xml")
