"""What `test_kills` starts: publishes without end beside a relay that delivers, and its subscriber keeps each event's effect once."""

import asyncio
import json
import os
import random
import sys
from pathlib import Path

from plures.data import Database, Folder, Migration, Server, StatementFailed, open_database
from plures.events import Pace, Record, Relay, Stored, append, prepare, register

NAME, TYPE = "inbox.keep", "orders.v1.Placed"
PLACED = Migration(
    1, "placed", ("CREATE TABLE placed (id TEXT PRIMARY KEY, key TEXT NOT NULL, place INTEGER NOT NULL)",)
)
PACE = Pace(retry_first_s=0.01, retry_most_s=0.05, attempts=10_000, position_s=0.02, look_s=0.05, lease_s=0.5)


class Inbox:
    """A file to which each process appends lines; the first line of an event is its effect, and the subscriber knows the others by its id."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def keep(self, event: Stored) -> None:
        await asyncio.sleep(random.uniform(0, 0.003))
        if random.random() < 0.1:
            raise ValueError("not today")
        # In one write, which no kill cuts in two.
        os.write(self.file, f"{event.id} {event.key}\n".encode())

    def kept(self) -> int:
        return len({line.split()[0] for line in self.path.read_text().splitlines()})


async def publish(database: Database, one: str, key: str) -> None:
    try:
        async with database.write() as connection:
            place = await connection.scalar(
                "SELECT coalesce(max(place), 0) + 1 FROM placed WHERE key = :key", {"key": key}
            )
            await connection.execute(
                "INSERT INTO placed VALUES (:id, :key, :place)", {"id": one, "key": key, "place": place}
            )
            await append(connection, Record(one, TYPE, key, "{}", ""), database.dialect)
    except StatementFailed as error:
        if not error.may_be_repeated:
            raise


async def publish_without_end(database: Database, relay: Relay, name: str) -> None:
    number = 0
    while True:
        number += 1
        await publish(database, f"{name}.{number}", f"k{number % 5}")
        relay.wake()
        await asyncio.sleep(random.uniform(0, 0.004))


async def print_when_delivered(database: Database, inbox: Inbox) -> None:
    async with database.read() as connection:
        committed = {row.id: row.place for row in await connection.execute("SELECT id, place FROM placed")}
    # The file tells of no new line.
    while inbox.kept() < len(committed):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    print(json.dumps(committed), flush=True)  # noqa: T201


async def main(where: str, inbox_path: str, name: str, ends: str) -> None:
    at = json.loads(where)
    place = Server(at["url"], at["schema"]) if "url" in at else Folder(Path(at["folder"]))
    database = await open_database(place, "orders", (PLACED,))
    await prepare(database)
    await register(database, {NAME: TYPE})
    inbox = Inbox(Path(inbox_path))
    relay = Relay(database, {NAME: (TYPE, inbox.keep)}, capability="orders", owner=name, pace=PACE)
    print("up", flush=True)  # noqa: T201
    running = asyncio.create_task(relay.run())
    await (print_when_delivered(database, inbox) if ends else publish_without_end(database, relay, name))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    os.close(inbox.file)


asyncio.run(main(*sys.argv[1:]))
