"""What a check says of events, between a publisher and a subscriber of two versions over the wire."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from plures.application import Assembly, assemble
from plures.deploy import hosting
from plures.rollout import Change, Newer, Place, Running, judge

from .pair import ANYWHERE, placed, version_of

TEXT = """
from typing import Protocol
from plures import Application, Capability, Database, Event, Events, Migration, command, contract, query, subscribe

class Placed(Event):
    order_id: TYPE

@contract("pair.orders.v1", owner="tests", events=[Placed])
class Orders(Protocol):
    @command(deadline_s=60)
    async def place(self) -> None: ...

class OrdersService(Orders):
    def __init__(self, database: Database, events: Events) -> None:
        self._database, self._events = database, events
    async def place(self) -> None:
        async with self._database.write():
            await self._events.publish(Placed(ID))

@contract("pair.mail.v1", owner="tests")
class Mail(Protocol):
    @query(deadline_s=60)
    async def sent(self) -> int: ...

class MailService(Mail):
    def __init__(self) -> None:
        self._sent = 0
    async def sent(self) -> int:
        return self._sent
    @subscribe(deadline_s=60)
    async def HANDLER(self, event: Placed) -> None:
        self._sent += 1

app = Application("pair", [Capability(Orders, OrdersService), Capability(Mail, MailService)])
"""
PLACES = Place("orders", ("orders",), hosted=("orders",), alone=True), Place("mail", ("mail",), hosted=("mail",))


def news(handler: str = "confirm", order_id: str = "'o1'") -> Assembly:
    module = ModuleType("pair_news")
    kind = "str" if order_id.startswith("'") else "int"
    text = TEXT.replace("HANDLER", handler).replace("TYPE", kind).replace("ID", order_id)
    exec(compile(text, "pair_news.py", "exec", dont_inherit=True), module.__dict__)
    return assemble(module.app)


def refused(old: Assembly, new: Assembly) -> list[str]:
    """What a check says of the new publisher and the old subscriber."""
    change = Change(Running(dict.fromkeys(("orders", "mail"), version_of(old))), version_of(new), PLACES)
    return [each.code for each in judge(change, {}, at_once=True).refused if each.newer is Newer.CALLER]


@asynccontextmanager
async def publishing(publisher: Assembly, subscriber: Assembly, folder: Path) -> AsyncGenerator[tuple[str, str]]:
    """An event has been published by one version; the addresses of the subscriber, and of the publisher."""
    async with (
        hosting(subscriber, placed("mail", folder / "mail"), ANYWHERE) as mail,
        hosting(
            publisher, placed("orders", folder / "orders", endpoints={"mail": (mail.control_url,)}), ANYWHERE
        ) as orders,
        httpx.AsyncClient(timeout=90, trust_env=False) as client,
    ):
        assert (await client.post(f"{orders.control_url}/pair.orders.v1.Orders/Place", json={})).is_success
        yield mail.control_url, orders.control_url


async def until(client: httpx.AsyncClient, addresses: tuple[str, str], *, heard: bool) -> dict[str, Any]:
    """How the subscription fares once its event was handled, or has failed."""
    mail, orders = addresses
    async with asyncio.timeout(90):
        while True:
            sent = (await client.post(f"{mail}/pair.mail.v1.Mail/Sent", json={})).json()["value"]
            fares = await _fares(client, orders)
            if sent if heard else any(each["retrying"] or each["parked"] for each in fares):
                return fares[0]
            assert heard or not sent
            await asyncio.sleep(0.05)


async def test_an_event_of_the_same_form_is_heard(tmp_path: Path) -> None:
    assert refused(news(), news()) == []
    async with publishing(news(), news(), tmp_path) as there, httpx.AsyncClient(timeout=90, trust_env=False) as client:
        await until(client, there, heard=True)


async def test_an_event_of_another_form_is_not(tmp_path: Path) -> None:
    old, new = news(), news(order_id="7")
    assert refused(old, new) == ["compat.type_changed"]
    async with publishing(new, old, tmp_path) as there, httpx.AsyncClient(timeout=90, trust_env=False) as client:
        await until(client, there, heard=False)


async def test_an_event_waits_for_a_handler_that_is_not_there_yet(tmp_path: Path) -> None:
    """The publisher is replaced first. Nothing fails, and the event is handled when the subscriber is replaced too."""
    old, new = news("tell"), news("confirm")
    assert refused(old, new) == []
    async with publishing(new, old, tmp_path) as there, httpx.AsyncClient(timeout=90, trust_env=False) as client:
        for _ in range(5):
            fares = await _fares(client, there[1])
            assert [(each["retrying"], each["parked"]) for each in fares] == [(0, 0)]
            await asyncio.sleep(0.1)
    async with (
        hosting(new, placed("mail", tmp_path / "mail"), ANYWHERE) as mail,
        hosting(
            new, placed("orders", tmp_path / "orders", endpoints={"mail": (mail.control_url,)}), ANYWHERE
        ) as orders,
        httpx.AsyncClient(timeout=90, trust_env=False) as client,
    ):
        await until(client, (mail.control_url, orders.control_url), heard=True)


async def _fares(client: httpx.AsyncClient, control: str) -> list[dict[str, Any]]:
    listing = (await client.get(f"{control}/contracts")).json()
    (orders,) = [each for each in listing["contracts"] if each["capability"] == "orders"]
    found: list[dict[str, Any]] = orders["subscriptions"]
    return found
