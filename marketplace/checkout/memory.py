"""Claims in memory: for tests, and to measure everything but storage."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from marketplace.checkout.claims import Claim
from marketplace.checkout.contract import OrderPlaced
from marketplace.orders.contract import Order


class MemoryClaims:
    """Claims in memory.

    Attributes:
        published: What a database would have told subscribers.
    """

    def __init__(self) -> None:
        self.published: list[OrderPlaced] = []
        self._by_reference: dict[str, Claim] = {}
        self._holders: dict[tuple[str, str], str] = {}
        self._turn = asyncio.Lock()

    async def find(self, reference: str) -> Claim | None:
        return self._by_reference.get(reference)

    async def holder(self, customer_id: str, cart_id: str) -> Claim | None:
        return self._by_reference.get(self._holders.get((customer_id, cart_id), ""))

    async def claim(self, claim: Claim, begin: Callable[[], Awaitable[bool]]) -> Claim | None:
        async with self._turn:
            known = await self.find(claim.reference) or await self.holder(claim.customer_id, claim.cart_id)
            if known is None and not await begin():
                known = claim
            if known is None:
                self._by_reference[claim.reference] = claim
                self._holders[claim.customer_id, claim.cart_id] = claim.reference
            return known

    async def place(self, reference: str, order: Order, begin: Callable[[], Awaitable[None]]) -> None:
        claim = self._by_reference[reference] = replace(self._by_reference[reference], order=order)
        self.published.append(OrderPlaced(claim.customer_id, order))
        await begin()

    async def follow(self, claim: Claim) -> None:
        self._by_reference.setdefault(claim.reference, claim)

    async def give_back(self, reference: str) -> None:
        claim = self._by_reference.get(reference)
        if claim is not None and claim.order is None:
            del self._by_reference[reference]
            del self._holders[claim.customer_id, claim.cart_id]
