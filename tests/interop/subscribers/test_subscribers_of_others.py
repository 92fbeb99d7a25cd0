"""A subscriber in Node, as docs/guides/events.md shows it: started by Plures, killed, and told the same event twice."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from plures import CallError
from plures.testing import Running, Where, run
from plures.topology import Process, Topology
from tests.interop.connect_node import NODE

from .orders import Mail, Orders

APPLICATION = "tests.interop.subscribers.orders:app"
GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "events.md"
PATIENCE_S = 60
PATH = "/hello.mail.v1.Mail/Confirm"


@pytest.fixture
def mail(tmp_path: Path) -> Process:
    """The process that hosts the mail."""
    (script,) = re.findall(r"^```js\n// mail/main\.mjs\n(.*?)^```$", GUIDE.read_text(), flags=re.MULTILINE | re.DOTALL)
    file = tmp_path / "main.mjs"
    file.write_text(script)
    database = str(tmp_path / "mail.sqlite")
    command = shlex.join([str(NODE), "--no-warnings", str(file)])
    return Process("mail", ("mail",), command=command, environment={"MAIL_DATABASE": database})


@pytest.fixture
async def running(mail: Process, tmp_path: Path) -> AsyncIterator[Running]:
    topology = Topology("mixed", (Process("orders", ("orders",)), mail))
    async with run(APPLICATION, Where.LOCAL_PROCESSES, data=tmp_path / "data", topology=topology) as started:
        yield started


async def sent_to(running: Running, customer: str, many: int) -> list[str]:
    """What a customer was sent, when it is so many or more."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                sent = await running.client(Mail).sent_to(customer)
            except CallError:
                sent = ()
            if len(sent) >= many:
                return list(sent)
            await asyncio.sleep(0.05)


async def test_each_event_takes_effect_once_and_in_order_although_the_process_is_killed(running: Running) -> None:
    customers = ("anna", "ben", "cleo")
    for turn in range(3):
        for customer in customers:
            ids = tuple(f"{customer}-{turn}-{n}" for n in range(20))
            await running.client(Orders).place(ids, customer)
        await sent_to(running, "anna", 20 * turn + 5)
        running.processes.kill("mail")
    for customer in customers:
        wanted = [f"Your order {customer}-{turn}-{n}" for turn in range(3) for n in range(20)]
        assert await sent_to(running, customer, 60) == wanted


async def test_an_event_that_comes_again_changes_nothing(running: Running) -> None:
    envelope = {
        "specversion": "1.0", "id": "e-1", "source": "/hello/orders", "type": "hello.orders.v1.OrderPlaced",
        "time": "2026-11-27T15:04:05.678Z", "datacontenttype": "application/json", "partitionkey": "dora", "sequence": "7",
        "data": {"orderId": "o-1", "customer": "dora"},
    }  # fmt: skip
    (url,) = running.processes.endpoints["mail"]
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_S) as client:
        for _ in range(2):
            answer = await client.post(PATH, json=envelope)
            assert (answer.status_code, answer.json()) == (200, {})
        assert (await client.post(PATH, content=b"{")).status_code == 500
        assert (await client.post("/hello.mail.v1.Mail/Nothing", json={})).status_code == 404
    assert await sent_to(running, "dora", 1) == ["Your order o-1"]
