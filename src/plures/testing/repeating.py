"""A transport that sends what may be repeated twice, so that operations which are idempotent in name only show it."""

from collections.abc import AsyncGenerator, Collection
from typing import Final

from plures.http import HttpTransport
from plures.runtime import Outgoing, Reply, Transport

_DEEPEST: Final = 4
"""Calls further down are not repeated: each level doubles all that are below it."""


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
