"""A transport that sends what may be repeated twice, so that operations which are idempotent in name only show it."""

from collections.abc import AsyncGenerator, Collection, Mapping
from typing import Final

from plures.runtime import HOPS_HEADER, HttpTransport, Reply, Transport

_DEEPEST: Final = 4
"""Calls further down are not repeated: each level doubles all that are below it."""


class RepeatingTransport:
    """Sends every call of the idempotent operations twice, one after the other, and answers with the second reply."""

    def __init__(self, idempotent_paths: Collection[str], inner: Transport | None = None) -> None:
        self._idempotent = frozenset(idempotent_paths)
        self._inner = inner or HttpTransport()

    async def unary(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        first = await self._inner.unary(url, path, headers, body)
        if path not in self._idempotent or int(headers[HOPS_HEADER]) > _DEEPEST:
            return first
        return await self._inner.unary(url, path, headers, body)

    def stream(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> AsyncGenerator[Reply, None]:
        return self._inner.stream(url, path, headers, body)

    async def close(self) -> None:
        await self._inner.close()
