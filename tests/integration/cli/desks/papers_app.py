"""A press that publishes, and a reader that gives some issues up. `plures events` is tried on it."""

from typing import Protocol

from plures import Application, Capability, Database, Event, Events, Migration, command, contract, query, subscribe

ISSUES = Migration(1, "issues", ("CREATE TABLE issues (number INTEGER NOT NULL)",))


class IssuePrinted(Event, key="paper"):
    """A paper has printed an issue."""

    paper: str
    number: int


@contract("papers.press.v1", owner="tests", events=[IssuePrinted])
class Press(Protocol):
    @command()
    async def print(self, paper: str, number: int) -> None: ...


class PressService(Press):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def print(self, paper: str, number: int) -> None:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO issues VALUES (:number)", {"number": number})
            await self._events.publish(IssuePrinted(paper, number))


@contract("papers.reader.v1", owner="tests")
class Reader(Protocol):
    @query()
    async def heard(self) -> tuple[int, ...]: ...
    @command()
    async def learn_to_read(self) -> None: ...


class ReaderService(Reader):
    def __init__(self, database: Database) -> None:
        self._database = database
        self._can_read = False

    async def heard(self) -> tuple[int, ...]:
        async with self._database.read() as connection:
            return tuple((await connection.execute("SELECT number FROM issues ORDER BY rowid")).scalars())

    async def learn_to_read(self) -> None:
        self._can_read = True

    @subscribe()
    async def hear(self, event: IssuePrinted) -> None:
        if event.paper == "hard" and not self._can_read:
            raise ValueError("too hard")
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO issues VALUES (:number)", {"number": event.number})


press = Capability(Press, PressService, migrations=[ISSUES])
app = Application("papers", [press, Capability(Reader, ReaderService, migrations=[ISSUES])])
without_reader = Application("papers", [press])
