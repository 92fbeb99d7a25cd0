"""Turns: two calls about the same attempt work one after the other, all others side by side."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Turns:
    """Who is working on what, in this process."""

    def __init__(self) -> None:
        self._taken: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def take(self, reference: str) -> AsyncGenerator[None]:
        """Wait until nobody works on the attempt, then keep others waiting."""
        while (taken := self._taken.get(reference)) is not None:
            await taken.wait()
        free = self._taken[reference] = asyncio.Event()
        try:
            yield
        finally:
            del self._taken[reference]
            free.set()
