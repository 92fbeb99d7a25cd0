"""The contract that calls the others, so that deadlines, hops and errors cross more than one call."""

import asyncio
from time import sleep
from typing import Protocol

from plures import CallError, contract, query

from .echo import Echo
from .trouble import Trouble


@contract("lab.relay.v1", owner="tests")
class Relay(Protocol):
    @query(deadline_s=0.2)
    async def slow(self, seconds: float) -> str: ...
    @query(deadline_s=20)
    async def remaining_is_passed_on(self) -> str: ...
    @query(deadline_s=10)
    async def bounce(self, times: int) -> int: ...
    @query(deadline_s=20)
    async def fail(self, how: str) -> str: ...
    @query(deadline_s=0.2)
    async def slow_together(self, count: int) -> str: ...
    @query(deadline_s=0.1)
    async def blocked(self, seconds: float) -> str: ...
    @query(deadline_s=0.1)
    async def blocked_and_goes_on(self, seconds: float) -> str: ...
    @query(deadline_s=0.1)
    async def blocks_and_adds(self, seconds: float) -> int: ...
    @query(deadline_s=10)
    async def gather(self, count: int) -> tuple[int, ...]: ...


class RelayService:
    def __init__(self, trouble: Trouble, echo: Echo, myself: Relay) -> None:
        self._trouble = trouble
        self._echo = echo
        self._myself = myself

    async def slow(self, seconds: float) -> str:
        return await self._trouble.patient(seconds)

    async def slow_together(self, count: int) -> str:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._trouble.patient(20))
        return "slept"

    async def remaining_is_passed_on(self) -> str:
        return await self._myself.slow(5)

    async def bounce(self, times: int) -> int:
        return await self._myself.bounce(times - 1) + 1 if times else 0

    async def fail(self, how: str) -> str:
        return await self._trouble.fail(how)

    async def gather(self, count: int) -> tuple[int, ...]:
        return tuple(await asyncio.gather(*(self._echo.number_among_many(n) for n in range(count))))

    async def blocked(self, seconds: float) -> str:
        return await self._trouble.blocks_patiently(seconds)

    async def blocked_and_goes_on(self, seconds: float) -> str:
        try:
            return await self._trouble.blocks_patiently(seconds)
        except CallError:
            return "went on"

    async def blocks_and_adds(self, seconds: float) -> int:
        # It never waits: that is the trouble.
        sleep(seconds)  # noqa: ASYNC251
        return await self._trouble.add(1)
