"""An application whose answers say which process gave them."""

import asyncio
import os
from typing import Protocol

from plures import Application, Capability, command, contract, query


@contract("resilience.counter.v1", owner="tests")
class Counter(Protocol):
    @query(deadline_s=10)
    async def who(self, after_s: float = 0.0) -> int: ...
    @command(deadline_s=10)
    async def once(self, after_s: float = 0.0) -> int: ...


class CounterService:
    async def who(self, after_s: float = 0.0) -> int:
        await asyncio.sleep(after_s)
        return os.getpid()

    async def once(self, after_s: float = 0.0) -> int:
        await asyncio.sleep(after_s)
        return os.getpid()


app = Application("resilience", [Capability(Counter, CounterService)])
