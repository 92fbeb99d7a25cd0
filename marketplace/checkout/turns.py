"""Turns: two calls for the same customer work one after the other, and all others side by side."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Turns:
    """Knows for which customers this process is ordering."""

    def __init__(self) -> None:
        self._taken: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def take(self, customer_id: str) -> AsyncGenerator[None]:
        """Wait until no other call works for the customer, then keep others waiting."""
        while (taken := self._taken.get(customer_id)) is not None:
            await taken.wait()
        free = self._taken[customer_id] = asyncio.Event()
        try:
            yield
        finally:
            del self._taken[customer_id]
            free.set()
