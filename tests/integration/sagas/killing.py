"""What `test_kills` starts: replicas that begin sagas without end and a process that they call, killed and stopped at random and at each of their points.

It forks them, since a fork is up at once. All that they leave is in the database of the sagas, and in two files to which they append: what was
accepted, and what the called process has done.
"""

import asyncio
import json
import os
import random
import signal
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from plures import Saga, saga
from plures.data import Database, Folder, Migration, Server, open_database
from plures.data.store import Store, Transaction
from plures.errors import PluresError
from plures.sagas import Pace, open_sagas, read_sagas
from plures.testing import fake
from tests.integration.sagas.callee import Called, Client
from tests.unit.sagas.shop import Declined, Order, OrderingService, Payments, SoldOut, Stock, Wish

LEDGER = Migration(1, "ledger", ("CREATE TABLE ledger (id TEXT NOT NULL, change INTEGER NOT NULL)",))
PACE = Pace(retry_first_s=0.005, retry_most_s=0.1, in_memory_s=0.05, look_s=0.05, lease_s=0.6, pause_s=0.02)
AT_ONCE = 8


class Counting:
    """A store that comes by a point before and after each commit."""

    def __init__(self, store: Store, point: Callable[[], None]) -> None:
        self._store = store
        self._point = point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        return self._written(self._store.write)

    def plain_write(self, *, lasts: bool) -> AbstractAsyncContextManager[Transaction]:
        return self._written(lambda: self._store.plain_write(lasts=lasts))

    @asynccontextmanager
    async def plain_statement(self) -> AsyncGenerator[Transaction]:
        # It commits by itself.
        self._point()
        async with self._store.plain_statement() as transaction:
            yield transaction
        self._point()

    @asynccontextmanager
    async def _written(
        self, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> AsyncGenerator[Transaction]:
        async with begin() as transaction:
            yield transaction
            self._point()
        self._point()


class Ordering(OrderingService):
    """Its saga has two steps at others, a short and a long wait, and a step on its own database."""

    @saga(errors=[SoldOut, Declined], attempts=1000)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        await saga.sleep(random.choice((0.01, 0.1)))
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        return Order(saga.id, payment)

    async def _record(self, id: str, item: str) -> None:  # noqa: A002
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO ledger VALUES (:id, 1)", {"id": id})

    async def _remove(self, id: str) -> None:  # noqa: A002
        async with self.database.write() as connection:
            sql = "INSERT INTO ledger SELECT id, -1 FROM ledger WHERE id = :id GROUP BY id HAVING sum(change) = 1"
            await connection.execute(sql, {"id": id})


async def replica(where: dict[str, str], port: int, name: str, accepted: int, dies_at: int) -> None:
    """Begins sagas without end; with `dies_at` it kills itself at the point with that number."""
    points = 0

    def point() -> None:
        nonlocal points
        points += 1
        if points == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    place = Server(where["url"], where["schema"]) if "url" in where else Folder(Path(where["folder"]))
    opened = await open_database(place, "ordering", (LEDGER,))
    database = Database("ordering", Counting(opened.store, point))  # type: ignore[arg-type]
    sagas, worker = await open_sagas(database, "ordering", read_sagas(Ordering)[0], pace=PACE)
    client = Client(port, point)
    stock = fake(Stock, reserve=client.call("reserve", 3), release=client.call("release"))
    payments = fake(Payments, take=client.call("take", "paid"), give_back=client.call("give_back"))
    service = Ordering(database, sagas, stock, payments)
    worker.serve(service)

    async def begin(first: int) -> None:
        number = first
        while True:
            one = f"{name}.{number}"
            with suppress(PluresError):
                await sagas.start(service.ordering, one, Wish("tea"))
                # In one write, which no kill cuts in two.
                os.write(accepted, f"{one}\n".encode())
                await sagas.result(service.ordering, one)
            number += AT_ONCE

    async with asyncio.TaskGroup() as group:
        running = group.create_task(worker.run())
        if dies_at >= 0:
            for first in range(AT_ONCE):
                group.create_task(begin(first))
            return
        # The database tells no one.
        while await database_has_open(database):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        running.cancel()
    await opened.close()
    os._exit(0)


async def database_has_open(database: Database) -> bool:
    async with database.read() as connection:
        sql = "SELECT count(*) FROM plures_sagas WHERE state IN ('running', 'compensating')"
        return bool(await connection.scalar(sql))


async def called(listening: socket.socket, path: Path) -> None:
    server = await asyncio.start_server(Called(path).serve, sock=listening)
    await server.serve_forever()


def forked(work: Callable[[], Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        random.seed(os.getpid())
        asyncio.run(work())
    except BaseException:  # noqa: BLE001 - nothing of the parent may go on here
        traceback.print_exc()
    os._exit(1)


class Killing:
    """Keeps the processes up, and kills them."""

    def __init__(self, where: dict[str, str], folder: Path, replicas: int, seed: int) -> None:
        self._where = where
        # It outlives the process that is called.
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._listening.getsockname()[1]
        self._effects = folder / "effects"
        self._accepted = os.open(folder / "accepted", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._random = random.Random(seed)
        self._started = 0
        self._pids: dict[int, str] = {}
        self._replicas = replicas
        self.kills = Counter[str]()

    def start(self, *, begins: bool = True) -> None:
        """Start what does not run."""
        kinds = Counter(self._pids.values())
        for _ in range(self._replicas - kinds["replica"]):
            self._started += 1
            name = f"r{self._started}"
            # Every second one dies at a point of its own.
            dies_at = -1 if not begins else self._random.randint(1, 120) if self._started % 2 else 0
            work = partial(replica, self._where, self._port, name, self._accepted, dies_at)
            self._pids[forked(work)] = "replica"
        if not kinds["called"]:
            self._pids[forked(lambda: called(self._listening, self._effects))] = "called"

    def finish(self) -> None:
        """Let replicas that begin nothing bring all to its end."""
        self.end()
        self.start(begins=False)
        for pid in [pid for pid, kind in self._pids.items() if kind == "replica"]:
            _, status = os.waitpid(pid, 0)
            assert status == 0
            del self._pids[pid]
        self.end()

    def reap(self, *, flags: int = os.WNOHANG) -> None:
        """Count those that have died."""
        for pid in list(self._pids):
            found, status = os.waitpid(pid, flags)
            if found:
                kind = self._pids.pop(pid)
                assert os.WIFSIGNALED(status), f"a {kind} ended by itself"
                assert os.WTERMSIG(status) == signal.SIGKILL
                self.kills[kind] += 1

    def close(self) -> None:
        self._listening.close()
        os.close(self._accepted)

    def kill_one(self) -> None:
        os.kill(self._random.choice(list(self._pids)), signal.SIGKILL)

    def stop_one(self, seconds: float) -> None:
        """A replica stands still for longer than its lease, while the other takes over, and then goes on with what it had in hand."""
        # All of them may have died meanwhile.
        self.start()
        pid = self._random.choice([pid for pid, kind in self._pids.items() if kind == "replica"])
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    def kill(self, most: int) -> None:
        while self.kills.total() < most:
            self.start()
            self._work_goes_on()
            self.reap()
            if self._replicas > 1 and self.kills.total() % 20 == 10:
                self.stop_one(PACE.lease_s * 1.7)
            self.reap()
            if self._pids:
                self.kill_one()

    def _work_goes_on(self) -> None:
        """Let something be accepted, and a bit more happen. Some processes die before."""
        before = os.fstat(self._accepted).st_size
        for _ in range(50):
            if os.fstat(self._accepted).st_size > before:
                break
            time.sleep(0.02)
        time.sleep(self._random.uniform(0, 0.1))

    def end(self) -> None:
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)
        self.reap(flags=0)


async def outcome(where: dict[str, str], folder: Path, kills: Counter[str]) -> dict[str, Any]:
    """What became of all that was accepted, once all of it has ended."""
    place = Server(where["url"], where["schema"]) if "url" in where else Folder(Path(where["folder"]))
    database = await open_database(place, "ordering", (LEDGER,))
    async with database.read() as connection:
        states = {row.id: row.state for row in await connection.execute("SELECT id, state FROM plures_sagas")}
        ledger = [(row.id, row.change) for row in await connection.execute("SELECT id, change FROM ledger")]
    await database.close()
    return {
        "kills": dict(kills),
        "accepted": (folder / "accepted").read_text().split(),
        "states": states,
        "ledger": ledger,
        "effects": (folder / "effects").read_text().splitlines(),
    }


def main(arguments: str) -> None:
    given = json.loads(arguments)
    where, folder = given["where"], Path(given["folder"])
    killing = Killing(where, folder, given["replicas"], given["seed"])
    try:
        killing.kill(given["kills"])
        killing.finish()
    finally:
        # Else what it has forked would keep its output open.
        killing.end()
        killing.close()
    print(json.dumps(asyncio.run(outcome(where, folder, killing.kills))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
