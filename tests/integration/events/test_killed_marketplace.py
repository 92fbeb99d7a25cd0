"""Any process of the marketplace is killed at any time under checkouts: each ends whole or not at all, and what follows an order follows it once."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest

from marketplace.app import app
from marketplace.cart.contract import Cart
from marketplace.checkout.contract import Checkout, CheckoutIncomplete, OrderUnderWay
from marketplace.inventory.opening_stock import load as opening_stock
from marketplace.payments.contract import Card
from marketplace.profile.contract import Address, Profile
from plures import CallError
from plures.application import assemble
from plures.topology import Broker, Topology
from tests.fleet import Fleet, Keeper, fleet, in_groups, kill_at_random
from tests.nats import Nats

CARD = Card("4242424242424242", 12, 2090, "123", "A. Customer")
HOME = Address("A. Customer", "High Street 1", "10115", "Berlin", "DE")
# So that they are not sold out before the last kill.
STOCK = opening_stock()
BASKET = tuple(sorted(STOCK, key=lambda product: (-STOCK[product], product))[:3])
BUYERS = 3
PATIENCE_S = 90
TOGETHER = {"shop": ["*"]}
APART = {
    "checkout": ["checkout"],
    "books": ["inventory", "payments", "orders"],
    **{name: [name] for name in ("notifications", "reviews", "recommendations", "search")},
    "rest": ["*"],
}


@dataclass(frozen=True)
class Case:
    """A placement, how many kills it survives, and the broker that carries its events, if one does."""

    topology: Topology
    kills: int
    broker: Nats | None = None


@pytest.fixture(
    params=[
        "SQLite, one process",
        "PostgreSQL, one process",
        "SQLite, split",
        "PostgreSQL, split and replicated",
        "SQLite, split over NATS",
        "PostgreSQL, split and replicated over NATS",
    ]
)
async def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    kind, _, how = request.param.partition(", ")
    storage: dict[str, Any] = {}
    if kind == "PostgreSQL":
        server = request.getfixturevalue("postgres")
        storage["storage"] = await server.storage(assemble(app), tmp_path / "passwords", 126)
    if how == "one process":
        return Case(in_groups(TOGETHER, **storage), 6)
    topology = in_groups(APART, replicas=2 if storage else 1, **storage)
    if "NATS" not in how:
        return Case(topology, 20)
    broker: Nats = request.getfixturevalue("nats_server")
    await broker.start()
    return Case(replace(topology, broker=Broker(broker.url)), 20, broker)


async def buy(shop: Fleet, customers: Iterator[str], is_over: Callable[[], bool]) -> None:
    """Each customer orders one cart from one page, until the killing is over and one more has an order. What was interrupted is left to the shop."""
    while True:
        customer = next(customers)
        try:
            await shop.client(Profile).set_address(customer, HOME)
            for product in BASKET:
                await shop.client(Cart).add(customer, product)
            is_placed = await place(shop, customer)
            if is_placed and is_over():
                return
        except (CallError, CheckoutIncomplete, OrderUnderWay):
            await asyncio.sleep(0.02)


async def place(shop: Fleet, customer: str) -> bool:
    """The same page is sent again where its answer got lost."""
    for _ in range(3):
        try:
            await shop.client(Checkout).place(customer, f"page of {customer}", CARD)
        except CallError:
            await asyncio.sleep(0.05)
        else:
            return True
    return False


async def test_what_follows_an_order_follows_it_once(case: Case, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)  # noqa: T201
    keeper = Keeper(case.topology, tmp_path)
    async with fleet("marketplace.app:app", case.topology, tmp_path) as shop:
        for replica in shop.replicas:
            await shop.until_ready(replica)
        customers = (f"customer {number}" for number in count())
        killing = asyncio.create_task(kill_at_random(shop, shop.replicas, case.kills, random.Random(seed), 0.3))
        async with asyncio.timeout(2 * PATIENCE_S):
            buying = [buy(shop, customers, killing.done) for _ in range(BUYERS)]
            await asyncio.gather(killing, *buying, lose(case.broker, shop, case.kills // 2))
        async with asyncio.timeout(PATIENCE_S):
            while await keeper.has("checkout", UNENDED) or not await is_delivered(keeper):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert shop.kills == case.kills
        assert await keeper.rows("checkout", "SELECT id, error FROM plures_sagas WHERE state = 'parked'") == []
    placed = [json.loads(body)["order"] for (body,) in await keeper.rows("checkout", "SELECT body FROM plures_events")]
    assert len(placed) >= BUYERS
    await check_what_follows(keeper, placed)
    await check_books(keeper, placed)


async def lose(broker: Nats | None, shop: Fleet, kills: int) -> None:
    """After so many kills the broker is killed too, and loses all that it has."""
    if broker is not None:
        while shop.kills < kills:  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)
        broker.kill()
        broker.lose_everything()
        await asyncio.sleep(0.5)
        await broker.start()


async def is_delivered(keeper: Keeper) -> bool:
    """All subscriptions have had all, and none has failures. On a server, an event may have no place yet."""
    last = "(SELECT max(coalesce(sequence, number + 1000000)) FROM plures_events)"
    behind = f"SELECT count(*) FROM plures_subscriptions WHERE position < {last}"
    failed = "SELECT count(*) FROM plures_failures"
    return not await keeper.has("checkout", behind) and not await keeper.has("checkout", failed)


async def check_what_follows(keeper: Keeper, placed: Sequence[dict[str, Any]]) -> None:
    """Exactly one confirmation for each order, the right to review what was bought, and each pair counted once for each order."""
    said = await keeper.rows("notifications", "SELECT customer_id, subject FROM notifications")
    orders = [(order["draft"]["customerId"], f"Your order {order['id']}") for order in placed]
    assert sorted(said) == sorted(orders)
    bought = {(order["draft"]["customerId"], product) for order in placed for product in products(order)}
    buyers = await keeper.rows("reviews", "SELECT customer_id, product_id FROM buyers")
    assert bought <= set(buyers)
    assert not {buyer for buyer in buyers if buyer[0].startswith("customer ")} - bought
    pairs = Counter(pair for order in placed for pair in permutations(products(order), 2))
    assert dict(pairs) == {
        (one, other): times
        for one, other, times in await keeper.rows("recommendations", "SELECT product_id, other_id, times FROM pairs")
    }


async def check_books(keeper: Keeper, placed: Sequence[dict[str, Any]]) -> None:
    """Money and stock: each order is of another customer, is paid and was taken from the stock once. Nothing else is set aside or charged."""
    customers = [order["draft"]["customerId"] for order in placed]
    assert len(set(customers)) == len(customers)
    paid = await keeper.rows("orders", "SELECT id, key, customer_id, draft FROM orders WHERE state = 'paid'")
    assert {order["id"] for order in placed} == {row[0] for row in paid}
    assert len({customer for _, _, customer, _ in paid}) == len(paid)
    captured = dict(await keeper.rows("payments", "SELECT key, amount FROM payments WHERE state = 'captured'"))
    reserved = {key: (state, items) for key, state, items in await keeper.rows("inventory", RESERVATIONS)}
    assert captured == {key: int(json.loads(draft)["total"]["amount"]) for _, key, _, draft in paid}
    assert not await keeper.has("payments", "SELECT count(*) FROM payments WHERE state = 'authorized'")
    assert {key for key, (state, _) in reserved.items() if state in ("held", "sold")} == set(captured)
    taken: Counter[str] = Counter()
    for key in captured:
        state, items = reserved[key]
        assert state == "sold"
        taken.update(dict(json.loads(items)))
    left = dict(await keeper.rows("inventory", "SELECT product_id, available FROM stock"))
    assert {product: left[product] + taken[product] for product in BASKET} == {
        product: STOCK[product] for product in BASKET
    }
    assert min(left.values()) >= 0


UNENDED = "SELECT count(*) FROM plures_sagas WHERE state IN ('running', 'compensating')"
RESERVATIONS = "SELECT key, state, items FROM reservations"


def products(order: dict[str, Any]) -> list[str]:
    return [line["productId"] for line in order["draft"]["lines"]]
