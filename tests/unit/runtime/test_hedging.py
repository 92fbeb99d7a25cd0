"""A query that declares it is asked of a second replica where the first is slow."""

import asyncio
from random import Random
from typing import Protocol

import pytest

from plures import Unavailable, contract, query
from plures.contract import read_contract
from plures.runtime import Broken, Client, Deadlines, Endpoints, Outgoing, Policy, RemoteCaller, Reply, bind

from .scripted import FINE, Scripted

OTHER = Reply(200, b'{"value":"6"}')


@contract("lab.hedge.v1", owner="tests")
class Hedged(Protocol):
    @query(deadline_s=10, hedge_after_s=0.01)
    async def number(self) -> int: ...


class Slow(Scripted):
    """Addresses that begin with `slow` answer when they are told to."""

    def __init__(self, **says: object) -> None:
        super().__init__(**says)
        self.go = asyncio.Event()
        self.given_up: list[str] = []

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        said = super().unary(url, outgoing)
        try:
            if url.startswith("slow"):
                await self.go.wait()
        except asyncio.CancelledError:
            said.close()
            self.given_up.append(url)
            raise
        return await said


def client(transport: Scripted, *urls: str, policy: Policy | None = None) -> Hedged:
    endpoints = Endpoints(Random(3), policy)
    endpoints.update(urls)
    description, _ = read_contract(Hedged)
    made = Client(description.service)
    bind(made, description, RemoteCaller(endpoints, transport, Deadlines()).bind)
    return made  # type: ignore[return-value]


async def test_the_answer_that_comes_first_counts_and_the_other_call_is_given_up() -> None:
    transport = Slow(slow=FINE, quick=OTHER)
    hedged = client(transport, "slow", "quick")
    assert [await hedged.number() for _ in range(10)] == [6] * 10
    assert transport.given_up
    assert transport.asked.count("quick") == 10


async def test_what_is_answered_in_time_is_asked_once() -> None:
    transport = Slow(a=FINE, b=FINE)
    assert await client(transport, "a", "b").number() == 5
    assert len(transport.asked) == 1


async def test_an_only_replica_is_asked_once() -> None:
    transport = Slow(slow=FINE)
    call = asyncio.ensure_future(client(transport, "slow").number())
    await asyncio.sleep(0.05)
    transport.go.set()
    assert await call == 5
    assert transport.asked == ["slow"]


async def test_without_a_budget_one_is_asked() -> None:
    transport = Slow(slow_a=FINE, slow_b=FINE)
    call = asyncio.ensure_future(client(transport, "slow_a", "slow_b", policy=Policy(retry_budget=0)).number())
    await asyncio.sleep(0.05)
    transport.go.set()
    assert await call == 5
    assert len(transport.asked) == 1


async def test_one_that_fails_waits_for_the_other_one() -> None:
    transport = Slow(slow_a=Broken("reset"), slow_b=FINE)
    call = asyncio.ensure_future(client(transport, "slow_a", "slow_b").number())
    await asyncio.sleep(0.05)
    transport.go.set()
    assert await call == 5


async def test_both_fail() -> None:
    transport = Slow(slow_a=Broken("reset"), slow_b=Broken("reset"))
    call = asyncio.ensure_future(client(transport, "slow_a", "slow_b", policy=Policy(attempts=1)).number())
    await asyncio.sleep(0.05)
    transport.go.set()
    with pytest.raises(Unavailable, match="broke"):
        await call


async def test_a_caller_that_gives_up_gives_up_both() -> None:
    transport = Slow(slow_a=FINE, slow_b=FINE)
    call = asyncio.ensure_future(client(transport, "slow_a", "slow_b").number())
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert sorted(transport.given_up) == ["slow_a", "slow_b"]
