"""Turns: two calls about the same attempt work one after the other, and all others side by side."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Turns:
    """Knows which attempts this process works on."""

    def __init__(self) -> None:
        self._taken: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def take(self, reference: str) -> AsyncGenerator[None]:
        """Wait until no other call works on the attempt, then keep others waiting."""
        while (taken := self._taken.get(reference)) is not None:
            await taken.wait()
        free = self._taken[reference] = asyncio.Event()
        try:
            yield
        finally:
            del self._taken[reference]
            free.set()
