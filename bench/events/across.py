"""From a commit in one process to a handler in another, over HTTP. Both read the clock of the machine."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Protocol

from bench.samples import percentile
from plures import Application, Capability, Database, Event, Events, Migration, command, contract, query, subscribe
from plures.data import Server, prepare_database
from plures.testing import Where, assemble, one_each, run
from plures.topology import DatabaseServer, Storage, Topology

ORDERS = Migration(1, "orders", ("CREATE TABLE orders (number BIGINT PRIMARY KEY)",))
_PLACE = "INSERT INTO orders VALUES (:number)"


class Placed(Event, key="customer"):
    customer: str
    number: int


@contract("across.shop.v1", owner="bench", events=[Placed])
class Shop(Protocol):
    @command(deadline_s=10)
    async def place(self, number: int) -> float: ...


class ShopService(Shop):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def place(self, number: int) -> float:
        async with self._database.write() as connection:
            await connection.execute(_PLACE, {"number": number})
            await self._events.publish(Placed("c-1", number))
        return perf_counter()


@contract("across.mail.v1", owner="bench")
class Mail(Protocol):
    @query(deadline_s=10)
    async def arrival(self, number: int) -> float: ...


class MailService(Mail):
    def __init__(self, database: Database) -> None:
        self._database = database
        self._arrivals: defaultdict[int, asyncio.Future[float]] = defaultdict(asyncio.Future)

    async def arrival(self, number: int) -> float:
        return await self._arrivals[number]

    @subscribe()
    async def confirm(self, event: Placed) -> None:
        arrival = self._arrivals[event.number]
        if not arrival.done():
            arrival.set_result(perf_counter())
        async with self._database.write() as connection:
            await connection.execute(_PLACE, {"number": event.number})


app = Application(
    "across",
    [Capability(Shop, ShopService, migrations=[ORDERS]), Capability(Mail, MailService, migrations=[ORDERS])],
)


async def across(folder: Path, server: Server | None, times: int) -> dict[str, float]:
    """One event after the other. The first tenth warms the processes up."""
    assembly = assemble(app)
    topology = one_each(assembly)
    if server is not None:
        passwords = dict.fromkeys(assembly.capabilities, "not asked for")
        await prepare_database(server.url, "postgres", assembly.name, passwords)
        _keep(passwords, folder)
        main = DatabaseServer("main", server.url.replace("postgres@", ""), passwords=folder)
        topology = Topology("across", topology.processes, storage=Storage({"main": main}, default="main"))
    samples: list[float] = []
    async with run("bench.events.across:app", Where.LOCAL_PROCESSES, data=folder, topology=topology) as running:
        shop, mail = running.client(Shop), running.client(Mail)
        for number in range(times + times // 10):
            committed = await shop.place(number)
            samples.append((await mail.arrival(number) - committed) * 1e3)
    samples = samples[times // 10 :]
    return {"across_p50_ms": percentile(samples, 0.5), "across_p99_ms": percentile(samples, 0.99)}


def _keep(passwords: Mapping[str, str], folder: Path) -> None:
    folder.mkdir()
    for capability, password in passwords.items():
        (folder / capability).write_text(password)
