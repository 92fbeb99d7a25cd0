"""The marketplace over NATS: an order is confirmed once, whatever happens to the broker and to the notifications."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from marketplace.cart.contract import Cart
from marketplace.checkout.contract import Checkout, Placed
from marketplace.notifications.contract import Notification, Notifications
from marketplace.payments.contract import Card
from marketplace.profile.contract import Address, Profile
from plures import CallError
from plures.telemetry import Reading, TraceFilter
from plures.testing import Running, Where, run
from plures.topology import Broker, Process, Topology
from tests.nats import Nats

CARD = Card("4242424242424242", 12, 2090, "123", "A. Customer")
HOME = Address("A. Customer", "High Street 1", "10115", "Berlin", "DE")
PATIENCE_S = 90
TOLD = Topology(
    "told",
    (
        Process("notifications", ("notifications",)),
        Process("reviews", ("reviews",)),
        Process("shop", ("*",), edge=True),
    ),
)


@pytest.fixture
async def shop(nats_server: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setenv("MARKETPLACE_DATA", str(tmp_path))
    topology = replace(TOLD, broker=Broker(nats_server.url))
    async with run("marketplace.app:app", Where.LOCAL_PROCESSES, data=tmp_path / "data", topology=topology) as running:
        yield running


async def buy(shop: Running, customer: str) -> str:
    await shop.client(Profile).set_address(customer, HOME)
    await shop.client(Cart).add(customer, "teapot")
    placed = await shop.client(Checkout).place(customer, "page 1", CARD)
    assert isinstance(placed, Placed)
    return placed.order.id


async def confirmations(shop: Running, customer: str) -> tuple[Notification, ...]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if found := await shop.client(Notifications).list_for(customer):
                    return found
            except CallError:
                # It was killed and starts again.
                pass
            await asyncio.sleep(0.1)


async def test_each_order_is_confirmed_once_in_its_own_trace(shop: Running, nats_server: Nats, tmp_path: Path) -> None:
    await buy(shop, "before the broker")
    await nats_server.start()
    await buy(shop, "with it")
    nats_server.kill()
    nats_server.lose_everything()
    await buy(shop, "without it")
    shop.processes.kill("notifications")
    await nats_server.start()
    await buy(shop, "after a kill")
    for customer in ("before the broker", "with it", "without it", "after a kill"):
        assert len(await confirmations(shop, customer)) == 1
    await asyncio.sleep(1)
    for customer in ("before the broker", "with it", "without it", "after a kill"):
        assert len(await confirmations(shop, customer)) == 1
    await four_whole_traces(tmp_path / "data")


async def four_whole_traces(data: Path) -> None:
    """Wait until each order is one trace, from its beginning to its confirmation in another process, whatever was killed in between."""
    hops = {"checkout/Place", "marketplace.checkout.v1.OrderPlaced", "notifications/Confirm", "reviews/AdmitBuyer"}
    found: list[set[str]] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < 4:
            lines = await asyncio.to_thread(Reading(data).traces, TraceFilter(operation="checkout/Place"))
            traces = [await asyncio.to_thread(Reading(data).trace, line.id) for line in lines]
            names = [
                {span.name for span in trace.spans}
                for trace in traces
                if trace and "notifications.1" in trace.line.processes
            ]
            found = [each for each in names if each >= hops]
            await asyncio.sleep(0.2)
    assert len(found) == 4
