"""The process of notifications in TypeScript: held to its contract, killed, stopped, replaced, told the same event twice."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from marketplace.checkout.contract import Checkout
from marketplace.notifications.contract import Notification, Notifications
from marketplace.notifications.tests.announcing import CARD, order
from plures import CallError, Outcome
from plures.testing import Running, Where, check_contract, run
from tests.typescript import built_once, placed

APPLICATION = "marketplace.notifications.tests.announcing:app"
TYPESCRIPT = Path(__file__).parents[1] / "typescript"
PATIENCE_S = 60

pytestmark = [pytest.mark.node, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Running]:
    topology = placed("notifications", built_once(TYPESCRIPT, "notifications-in-typescript", tmp_path_factory))
    data = tmp_path_factory.mktemp("data")
    async with run(APPLICATION, Where.LOCAL_PROCESSES, data=data, topology=topology) as running:
        yield running


async def told(shop: Running, customer: str, many: int) -> tuple[Notification, ...]:
    """What a customer was sent, when it is so many or more."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                found = await shop.client(Notifications).list_for(customer, limit=100)
            except CallError:
                found = ()
            if len(found) >= many:
                return found
            await asyncio.sleep(0.05)


async def send(shop: Running, key: str, customer: str) -> Notification:
    """Send a message, however often it takes."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await shop.client(Notifications).send(key, customer, "Hello", "text")
            except CallError:
                await asyncio.sleep(0.02)


async def test_it_keeps_its_contract(shop: Running) -> None:
    (url,) = shop.processes.endpoints["notifications"]
    await check_contract(url, Notifications, token=shop.processes.tokens[url], commands=True, examples=10)


async def test_what_was_answered_outlives_a_kill_and_each_event_takes_effect_once(shop: Running) -> None:
    sent: list[Notification] = []
    for turn in range(3):
        sent += [await send(shop, f"k {turn} {number}", "killed") for number in range(10)]
        for number in range(10):
            await shop.client(Checkout).place("killed too", f"{turn}-{number}", CARD)
        shop.processes.kill("notifications")
    assert set(await told(shop, "killed", 30)) == set(sent)
    subjects = [each.subject for each in reversed(await told(shop, "killed too", 30))]
    assert subjects == [f"Your order {turn}-{number}" for turn in range(3) for number in range(10)]


async def test_an_event_that_comes_again_changes_nothing(shop: Running) -> None:
    await shop.client(Checkout).place("twice", "first", CARD)
    await told(shop, "twice", 1)
    (url,) = shop.processes.endpoints["notifications"]
    path = "/marketplace.notifications.v1.Notifications/Confirm"
    headers = {"authorization": f"Bearer {shop.processes.tokens[url]}"}
    address = {"recipient": "A", "street": "B", "postalCode": "C", "city": "D", "country": "SE"}
    shipping = {"method": "STANDARD", "price": {"amount": "0"}, "daysMin": "1", "daysMax": "1"}
    money = {"amount": "1180", "currency": "EUR"}
    draft: dict[str, Any] = {
        "customerId": "twice",
        "lines": [],
        "subtotal": money,
        "shipping": shipping,
        "total": money,
        "address": address,
    }
    data: dict[str, Any] = {
        "customerId": "twice",
        "order": {"id": "again", "draft": draft | {"paymentEnding": "1"}, "state": "PAID"},
    }
    envelope = {"id": "e-1", "source": "/x", "type": "marketplace.checkout.v1.OrderPlaced", "data": data}
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_S, headers=headers) as client:
        for _ in range(2):
            answer = await client.post(path, json=envelope)
            assert (answer.status_code, answer.json()) == (200, {}), answer.text
        wrong = [{}, {**envelope, "type": "marketplace.checkout.v1.Other"}, {**envelope, "data": {"customerId": "x"}}]
        unknown = {**data, "order": {**data["order"], "state": "LOST"}}
        for each in (*wrong, {**envelope, "data": unknown}, {**envelope, "id": ""}):
            answer = await client.post(path, json=each)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument"), each
        assert (await client.post(path, content=b"{")).status_code == 400
        assert (await client.post(path, json=envelope, headers={"authorization": "Bearer x"})).status_code == 401
    assert [each.subject for each in await told(shop, "twice", 2)] == ["Your order again", "Your order first"]


async def test_a_process_that_hangs_is_noticed_and_what_it_missed_arrives(shop: Running) -> None:
    before = await send(shop, "hangs", "hung")
    group = shop.processes.pids["notifications.1"]
    os.killpg(group, signal.SIGSTOP)
    try:
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(CallError):
                # The signal needs a moment to reach all of the group.
                while True:
                    await shop.client(Notifications).list_for("hung")
        await shop.client(Checkout).place("hung", "o-hung", CARD)
    finally:
        os.killpg(group, signal.SIGCONT)
    assert {each.subject for each in await told(shop, "hung", 2)} == {
        before.subject,
        f"Your order {order('o-hung', '').id}",
    }


async def test_a_replacement_loses_no_call(shop: Running) -> None:
    lost: list[CallError] = []
    answered = 0
    enough = asyncio.Event()
    is_over = False

    async def ask() -> None:
        nonlocal answered
        while not is_over:
            try:
                await shop.client(Notifications).list_for("replaced")
            except CallError as error:
                # Not to be had for a moment, since a command has one port: what was not sent is not lost.
                if error.outcome is not Outcome.NOT_SENT:
                    lost.append(error)
                await asyncio.sleep(0.01)
            else:
                answered += 1
                enough.set()

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as askers:
        for _ in range(4):
            askers.create_task(ask())
        await enough.wait()
        await shop.processes.restart("notifications")
        enough.clear()
        await enough.wait()
        is_over = True
    assert lost == []
