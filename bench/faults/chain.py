"""Thirteen capabilities, each of which asks the next one: twelve hops to a leaf."""

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

from plures import Application, Capability, contract, query

HOPS = 12


def _hop(number: int) -> Any:
    @contract(f"bench.hop{number}.v1", owner="bench")
    class Hop(Protocol):
        @query(deadline_s=5)
        async def ask(self, text: str) -> str: ...

    return Hop


def _service(next_one: Any) -> Any:
    class Service:
        def __init__(self, following: Any) -> None:
            self._following = following

        async def ask(self, text: str) -> str:
            answer: str = await self._following.ask(text)
            return answer

    # The contract of the next hop is known only now.
    Service.__init__.__annotations__ = {"following": next_one, "return": None}
    return Service


class _Leaf:
    async def ask(self, text: str) -> str:
        return text


HOP_CONTRACTS: Sequence[Any] = [_hop(number) for number in range(HOPS + 1)]
app = Application(
    "chain",
    [
        *(Capability(one, _service(following)) for one, following in itertools.pairwise(HOP_CONTRACTS)),
        Capability(HOP_CONTRACTS[-1], _Leaf),
    ],
)
