"""The orders of the marketplace are moved to a server and back while customers order: each order that a customer was told of is there, once."""

import asyncio
import json
import os
import random
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from plures.deploy import find_runs
from tests.access import shown_to
from tests.postgres import Postgres

ROOT = Path(__file__).parents[3]
PATIENCE_S = 90
TOML = """
[application]
import = "marketplace.app:app"
data = "{data}"

[databases.main]
url = "${{MOVE_URL}}"

[capabilities.orders]
database = "{database}"

[listen]
public = "127.0.0.1:0"
control = "127.0.0.1:0"
"""
HOME = {"recipient": "A. Customer", "street": "High Street 1", "postalCode": "10115", "city": "Berlin", "country": "DE"}
CARD = {"number": "4242424242424242", "expiryMonth": 12, "expiryYear": 2090, "cvc": "123", "holder": "A. Customer"}
_numbers = count(1)
PRODUCTS = ("teapot", "teacup", "notebook")


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - files and other processes tell of no event
            await asyncio.sleep(0.005)


class Shop:
    """A project in a folder, and the customers of what runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "plures.toml"
        self.data = folder / "data"
        self.url = ""
        self.headers: dict[str, str] = {}
        self.orders: list[str] = []
        self.failures: list[str] = []
        self._is_open = True

    def settle_in(self, database: str) -> None:
        self.file.write_text(TOML.format(data=self.data, database=database))

    async def plures(self, *arguments: str) -> Process:
        command = (sys.executable, "-m", "plures", *arguments, "--file", str(self.file))
        return await create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)

    async def done(self, *arguments: str) -> str:
        process = await self.plures(*arguments)
        said, complaint = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        assert process.returncode == 0, said.decode() + complaint.decode()
        return said.decode()

    async def killed_move(self, place: str, after_s: float) -> None:
        """Kill one so long after it has begun with the processes of the application."""
        left = set(self.data.glob("run/*.move"))
        process = await self.plures("data", "move", "orders", "--to", place)
        await until(lambda: bool(set(self.data.glob("run/*.move")) - left) or process.returncode is not None)
        await asyncio.sleep(after_s)
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()

    async def move_killed(self, place: str, delays_s: Sequence[float]) -> float | None:
        """How long writes waited in the move that came to its end; None where one that was killed did."""
        for delay_s in delays_s:
            await self.killed_move(place, delay_s)
        process = await self.plures("data", "move", "orders", "--to", place, "--json")
        said, complaint = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        if process.returncode == 0:
            held_s: float = json.loads(said)["held_s"]
            return held_s
        assert "it is moved to" in complaint.decode()
        return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        command = (sys.executable, "-m", "plures", "run", "--file", str(self.file))
        process = await create_subprocess_exec(*command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
        try:
            await until(lambda: process.returncode is not None or bool(find_runs(self.data).running))
            self.url, self.headers = find_runs(self.data).running[0].control[0], shown_to(self.data)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def customer(self, name: str) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            await self._call(http, "profile.v1.Profile/SetAddress", customerId=name, address=HOME)
            number = 0
            while self._is_open:
                number += 1
                product = PRODUCTS[number % len(PRODUCTS)]
                await self._call(http, "cart.v1.Cart/Add", customerId=name, productId=product, quantity=1)
                placed = await self._call(
                    http, "checkout.v1.Checkout/Place", customerId=name, key=f"{name}-{number}", card=CARD
                )
                if placed is not None:
                    self.orders.append(next(iter(placed["value"].values()))["order"]["id"])
                await asyncio.sleep(0.02)

    def close(self) -> None:
        self._is_open = False

    async def check(self, names: list[str]) -> None:
        """Each order is there, once."""
        found: list[str] = []
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            for name in names:
                offset = 0
                while True:
                    page = await self._call(http, "orders.v1.Orders/ListFor", customerId=name, offset=offset, limit=100)
                    assert page is not None
                    found += [order["id"] for order in page.get("value", [])]
                    if len(page.get("value", [])) < 100:
                        break
                    offset += 100
        assert sorted(found) == sorted(self.orders)

    async def _call(self, http: httpx.AsyncClient, operation: str, **message: Any) -> dict[str, Any] | None:
        answer = await http.post(f"{self.url}/marketplace.{operation}", json=message, headers=self.headers)
        if answer.status_code != 200:
            self.failures.append(f"{operation}: {answer.text}")
            return None
        said: dict[str, Any] = answer.json()
        return said


@pytest.fixture
async def shop(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    database = f"shop{os.getpid()}_{next(_numbers)}"
    await postgres.run(f"CREATE DATABASE {database}")
    url = postgres.url(database=database)
    monkeypatch.setenv("ADMIN_URL", url)
    monkeypatch.setenv("MOVE_URL", url.replace("postgres:@", ""))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    made = Shop(tmp_path)
    made.settle_in("sqlite")
    return made


async def test_orders_are_moved_to_a_server_and_back_while_customers_order(shop: Shop) -> None:
    names = ["ann", "ben"]
    chance = random.Random(7)
    async with shop.running():
        await shop.done("data", "prepare", "main", "--capability", "orders", "--admin-url-from", "ADMIN_URL")
        customers = [asyncio.create_task(shop.customer(name)) for name in names]
        await asyncio.sleep(1)
        before = len(shop.orders)
        there = await shop.move_killed("main", [0.0, chance.uniform(0, 0.3)])
        shop.settle_in("main")
        back = await shop.move_killed("sqlite", [0.0, chance.uniform(0, 0.3)])
        shop.settle_in("sqlite")
        await asyncio.sleep(0.5)
        shop.close()
        await asyncio.gather(*customers)
        assert shop.failures == []
        assert 0 < before < len(shop.orders)
        assert all(held_s is None or held_s > 0 for held_s in (there, back))
        await shop.check(names)
    # What is on the disk says the same after a start.
    async with shop.running():
        await shop.check(names)


async def test_an_application_that_is_killed_meanwhile_has_its_orders_afterwards(shop: Shop) -> None:
    async with shop.running() as application:
        await shop.done("data", "prepare", "main", "--capability", "orders", "--admin-url-from", "ADMIN_URL")
        customer = asyncio.create_task(shop.customer("ann"))
        await until(lambda: len(shop.orders) > 5)
        process = await shop.plures("data", "move", "orders", "--to", "main")
        await until(lambda: bool(set(shop.data.glob("run/*.move"))) or process.returncode is not None)
        # The customer has had each answer.
        shop.close()
        await customer
        application.kill()
        await process.communicate()
        await application.wait()
    moved = process.returncode == 0
    shop.settle_in("main" if moved else "sqlite")
    async with shop.running():
        if not moved:
            assert await shop.move_killed("main", []) is not None
        await shop.check(["ann"])
