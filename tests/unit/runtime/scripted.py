"""Clients over a transport that says what a test tells it to."""

import json
import struct
from collections.abc import AsyncGenerator
from random import Random
from typing import Any

import pytest

from plures.contract import read_contract
from plures.errors import CallError
from plures.runtime import Client, Deadlines, Endpoints, Outgoing, Policy, RemoteCaller, Reply, bind

FINE = Reply(200, b'{"value":"5"}')
DRAINING = Reply(503, b'{"code":"unavailable","message":"the replica is stopping"}', "not sent")
OVERLOADED = Reply(503, b"<html>no backend</html>")


def envelope(data: object, flags: int = 0) -> bytes:
    body = json.dumps(data).encode()
    return struct.pack(">BI", flags, len(body)) + body


def stream_of(*envelopes: bytes) -> list[Reply]:
    return [Reply(200, b""), *(Reply(200, e) for e in envelopes)]


ITEMS = stream_of(envelope({"value": 1}), envelope({"value": 2}), envelope({}, 2))


class Scripted:
    """A transport on which each address has one thing to say."""

    def __init__(self, **says: Any) -> None:
        self._says = says
        self.asked: list[str] = []
        self.sent: list[Outgoing] = []

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        said = self._say(url, outgoing)
        assert isinstance(said, Reply)
        return said

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        said = self._say(url, outgoing)
        for reply in said if isinstance(said, list) else [Reply(said.http_status, b"", said.outcome), said]:
            if isinstance(reply, Exception):
                raise reply
            yield reply

    async def knock(self, url: str) -> None:
        self._say(url, Outgoing("/health/live", 0, 0, b""))

    def give_up(self, outgoing: Outgoing) -> None:
        pass

    async def close(self) -> None:
        pass

    def _say(self, url: str, outgoing: Outgoing) -> Any:
        self.asked.append(url)
        self.sent.append(outgoing)
        if isinstance(self._says[url], Exception):
            raise self._says[url]
        return self._says[url]


class Callers:
    """Makes clients of the lab's contracts over a scripted transport."""

    def __init__(self) -> None:
        self.deadlines = Deadlines()

    def __call__(self, contract: Any, transport: Scripted, *urls: str, policy: Policy | None = None) -> Any:
        endpoints = Endpoints(Random(3), policy)
        endpoints.update(urls)
        description, _ = read_contract(contract)
        client = Client(description.service)
        bind(client, description, RemoteCaller(endpoints, transport, self.deadlines).bind)
        return client


async def failure(call: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        await call
    return caught.value


async def items(stream: Any) -> list[int]:
    return [item async for item in stream]
