"""The processes that use a database while it is moved, in this one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from plures.data import Database, Handover, copies


class Here:
    """The processes, each with a database of its own."""

    def __init__(
        self, databases: Sequence[Database], target: copies.End, capability: str = "shop", settle: Any = None
    ) -> None:
        said = copies.mark_of(target)
        self.handovers = [Handover(capability, database, target.place, said, settle=settle) for database in databases]
        self.steps: list[str] = []
        self.before: Mapping[str, Callable[[], Awaitable[None]]] = {}

    @property
    def count(self) -> int:
        return len(self.handovers)

    async def first(self, step: str) -> Mapping[str, Any]:
        await self._begin(step)
        return await _take(self.handovers[0], step)

    async def each(self, step: str) -> Sequence[Mapping[str, Any]]:
        await self._begin(step)
        return await asyncio.gather(*(_take(handover, step) for handover in self.handovers))

    async def _begin(self, step: str) -> None:
        self.steps.append(step)
        if step in self.before:
            await self.before[step]()


async def _take(handover: Handover, step: str) -> Mapping[str, Any]:
    answer = await getattr(handover, step)()
    if step == "prepare":
        return {"sessions": handover.sessions}
    return {} if answer is None else {"held_s": answer}
