"""Writes rows while the next ones are read."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from plures.data.store import Store

from .catalogue import Catalogue
from .pair import Pair
from .table import Values


class Writer:
    """Fills one table of the target, each part in a transaction of its own, one after the other."""

    def __init__(self, target: Store, catalogue: Catalogue, pair: Pair) -> None:
        self._target = target
        self._catalogue = catalogue
        self._pair = pair
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Nothing is written yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the last part; give it up where something else has failed."""
        if self._writing is None:
            return
        if error is None:
            await self._writing
            return
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)

    async def put(self, rows: Sequence[Values]) -> None:
        """Begin to write these, once the ones before are written."""
        if self._writing is not None:
            await self._writing
        self._writing = asyncio.create_task(self._write(rows))
        await asyncio.sleep(0)

    async def _write(self, rows: Sequence[Values]) -> None:
        async with self._target.write() as write:
            await self._catalogue.begin(write)
            await write.fill(self._pair.target.name, self._pair.filled, rows)
