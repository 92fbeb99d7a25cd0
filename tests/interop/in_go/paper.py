"""An application with a capability that is written in Go by a test, and one in Python that publishes what it hears of."""

from collections.abc import AsyncIterator
from typing import Protocol

from plures import Application, Capability, Database, Event, Events, command, contract, query


class Printed(Event, key="size"):
    """Sheets have been printed."""

    size: str
    sheets: int


@contract("print.press.v1", owner="tests", events=[Printed])
class Press(Protocol):
    @command(deadline_s=10)
    async def print(self, size: str, sheets: int) -> None: ...


@contract("print.paper.v1", owner="tests")
class Paper(Protocol):
    """Counts the sheets."""

    @query(deadline_s=10)
    async def sheets(self, size: str) -> int: ...

    @query(deadline_s=10)
    def sizes(self) -> AsyncIterator[str]: ...


class PressService(Press):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def print(self, size: str, sheets: int) -> None:
        async with self._database.write():
            await self._events.publish(Printed(size, sheets))


app = Application("print", [Capability(Press, PressService), Capability(Paper, subscriptions={"count": Printed})])
