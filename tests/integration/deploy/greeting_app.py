"""A real application: an edge, a greeter that asks a clerk, and a clerk with a database."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from plures import Application, Capability, Database, Message, Migration, command, contract, query


class Greeting(Message):
    text: str
    clerk: int
    greeter: int


class Entry(Message):
    name: str
    count: int
    clerk: int


@contract("greeting.clerk.v1", owner="tests")
class Clerk(Protocol):
    """Counts names."""

    # On a busy machine it waits for its place rather than being refused.
    @command(deadline_s=20, criticality="critical")
    async def enter(self, name: str) -> Entry: ...


@contract("greeting.greeter.v1", owner="tests")
class Greeter(Protocol):
    """Greets."""

    @query(deadline_s=20)
    async def greet(self, name: str) -> Greeting: ...


class ClerkService:
    def __init__(self, names: Database) -> None:
        self._names = names

    async def enter(self, name: str) -> Entry:
        async with self._names.write() as connection:
            await connection.execute("INSERT INTO entries (name) VALUES (:name)", {"name": name})
            count = await connection.scalar("SELECT count(*) FROM entries WHERE name = :name", {"name": name})
        return Entry(name=name, count=count or 0, clerk=os.getpid())


class GreeterService:
    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    async def greet(self, name: str) -> Greeting:
        entry = await self._clerk.enter(name)
        return Greeting(text=f"Hello {name}, number {entry.count}", clerk=entry.clerk, greeter=os.getpid())


def edge(greeter: Greeter) -> Callable[..., Awaitable[None]]:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError
        *pauses, name = scope["path"].strip("/").split("/")
        if pauses:  # /1.5/Ada is answered after one and a half seconds
            await asyncio.sleep(float(pauses[0]))
        greeting = await greeter.greet(name)
        body = f"{greeting.text} {greeting.clerk} {greeting.greeter} {os.getpid()}".encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


ENTRIES = (Migration(1, "entries", ("CREATE TABLE entries (name TEXT NOT NULL)",)),)
app = Application(
    "greeting", [Capability(Greeter, GreeterService), Capability(Clerk, ClerkService, migrations=ENTRIES)], edge=edge
)
