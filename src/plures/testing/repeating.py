"""A transport that sends idempotent calls twice. A test fails when an operation is idempotent in name only."""

from collections.abc import AsyncGenerator, Collection
from typing import Final

from plures.http import HttpTransport
from plures.runtime import Outgoing, Reply, Transport

_DEEPEST: Final = 4
"""Calls further down are sent once, because each level doubles the number of calls below it."""


class RepeatingTransport:
    """Sends every call of the idempotent operations twice, one after the other, and answers with the second reply."""

    def __init__(self, idempotent_paths: Collection[str], inner: Transport | None = None) -> None:
        self._idempotent = frozenset(idempotent_paths)
        self._inner = inner or HttpTransport()

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        first = await self._inner.unary(url, outgoing)
        if outgoing.path not in self._idempotent or outgoing.hops > _DEEPEST:
            return first
        return await self._inner.unary(url, outgoing)

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        return self._inner.stream(url, outgoing)

    async def close(self) -> None:
        await self._inner.close()
