"""On whose behalf requests are made, and the capability that says what it knows of that."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from plures import Lifecycle, Message, acting_for, contract, query, request_context, set_request_context


class Somebody(Message):
    """The request context of the lab."""

    name: str
    roles: tuple[str, ...] = ()

    def may_enter(self) -> bool:
        return "guest" in self.roles


class Stranger(Message):
    """Not the request context of the lab."""

    name: str


@contract("lab.who.v1", owner="tests")
class Who(Protocol):
    @query(deadline_s=20)
    async def name(self) -> str: ...
    @query(deadline_s=20)
    async def may_enter(self) -> bool: ...
    @query(deadline_s=20)
    async def needed(self, of: str) -> str: ...
    @query(deadline_s=20)
    def names(self, times: int) -> AsyncIterator[str]: ...
    @query(deadline_s=20)
    async def later(self) -> str: ...


def name_here() -> str:
    who = request_context(Somebody, None)
    return "no one" if who is None else who.name


class WhoService(Who):
    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._background = "nothing yet"
        lifecycle.background(self._look)

    async def name(self) -> str:
        return name_here()

    async def may_enter(self) -> bool:
        return request_context(Somebody).may_enter()

    async def needed(self, of: str) -> str:
        if of == "stranger":
            return request_context(Stranger).name
        if of == "request":
            set_request_context(Somebody("a service"))
        return request_context(Somebody).name

    async def names(self, times: int) -> AsyncIterator[str]:
        for _ in range(times):
            yield name_here()

    async def later(self) -> str:
        async def look() -> str:
            await asyncio.sleep(0)
            return name_here()

        return f"{await self._lifecycle.detach(look())}, background: {self._background}"

    async def _look(self) -> None:
        self._background = name_here()
        await asyncio.Event().wait()


@contract("lab.porter.v1", owner="tests")
class Porter(Protocol):
    """Has the other asked, so that the context crosses two calls."""

    @query(deadline_s=20)
    async def name(self) -> str: ...
    @query(deadline_s=20)
    async def names(self, times: int) -> tuple[str, ...]: ...
    @query(deadline_s=20)
    async def name_as(self, other: str) -> tuple[str, ...]: ...
    @query(deadline_s=20)
    async def side_by_side(self, names: tuple[str, ...]) -> tuple[str, ...]: ...
    @query(deadline_s=20)
    async def as_stranger(self) -> str: ...


class PorterService(Porter):
    def __init__(self, who: Who) -> None:
        self._who = who

    async def name(self) -> str:
        return await self._who.name()

    async def names(self, times: int) -> tuple[str, ...]:
        return tuple([name async for name in self._who.names(times)])

    async def name_as(self, other: str) -> tuple[str, ...]:
        with acting_for(Somebody(other)):
            inside = await self._who.name()
        return inside, await self._who.name()

    async def side_by_side(self, names: tuple[str, ...]) -> tuple[str, ...]:
        async def ask(name: str) -> str:
            with acting_for(Somebody(name)):
                await asyncio.sleep(0)
                return await self._who.name()

        return tuple(await asyncio.gather(*map(ask, names)))

    async def as_stranger(self) -> str:
        with acting_for(Stranger("someone")):
            return await self._who.needed("somebody")
