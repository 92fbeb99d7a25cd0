"""A press that publishes, a reader that handles, asks another and publishes in turn, and an archive that gets that."""

from random import random
from typing import Protocol

from plures import Application, Capability, Database, Event, Events, Migration, command, contract, query, subscribe

_TABLE = """
CREATE TABLE lines (place INTEGER NOT NULL PRIMARY KEY, paper TEXT NOT NULL, number INTEGER NOT NULL)"""
LINES = Migration(1, "lines", (_TABLE, "CREATE INDEX lines_of ON lines (paper, place)"))
_KEEP = "INSERT INTO lines (place, paper, number) SELECT coalesce(max(place), 0) + 1, :paper, :number FROM lines"
_OF = "SELECT number FROM lines WHERE paper = :paper ORDER BY place"


class Printed(Event, key="paper"):
    paper: str
    number: int


class Read(Event, key="paper"):
    paper: str
    number: int


class Lines:
    """What a capability has written down, in order."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def of(self, paper: str) -> tuple[int, ...]:
        async with self.database.read() as connection:
            return tuple((await connection.execute(_OF, {"paper": paper})).scalars())


@contract("posts.press.v1", owner="tests", events=[Printed])
class Press(Protocol):
    @command(deadline_s=5)
    async def print(self, paper: str, numbers: tuple[int, ...]) -> None: ...
    @query(deadline_s=5)
    async def lines(self, paper: str) -> tuple[int, ...]: ...


class PressService(Press):
    def __init__(self, database: Database, events: Events) -> None:
        self._lines = Lines(database)
        self._events = events

    async def print(self, paper: str, numbers: tuple[int, ...]) -> None:
        async with self._lines.database.write() as connection:
            for number in numbers:
                await connection.execute(_KEEP, {"paper": paper, "number": number})
                await self._events.publish(Printed(paper, number))

    async def lines(self, paper: str) -> tuple[int, ...]:
        return await self._lines.of(paper)


@contract("posts.archive.v1", owner="tests")
class Archive(Protocol):
    @query(deadline_s=5)
    async def lines(self, paper: str) -> tuple[int, ...]: ...


class ArchiveService(Archive):
    def __init__(self, database: Database) -> None:
        self._lines = Lines(database)

    async def lines(self, paper: str) -> tuple[int, ...]:
        return await self._lines.of(paper)

    @subscribe()
    async def keep(self, event: Read) -> None:
        async with self._lines.database.write() as connection:
            await connection.execute(_KEEP, {"paper": event.paper, "number": event.number})


@contract("posts.reader.v1", owner="tests", events=[Read])
class Reader(Protocol):
    @query(deadline_s=5)
    async def lines(self, paper: str) -> tuple[int, ...]: ...


class ReaderService(Reader):
    def __init__(self, database: Database, events: Events, archive: Archive) -> None:
        self._lines = Lines(database)
        self._events = events
        self._archive = archive

    async def lines(self, paper: str) -> tuple[int, ...]:
        return await self._lines.of(paper)

    @subscribe()
    async def read(self, event: Printed) -> None:
        if event.paper == "asks":
            await self._archive.lines(event.paper)
        async with self._lines.database.write() as connection:
            await connection.execute(_KEEP, {"paper": event.paper, "number": event.number})
            await self._events.publish(Read(event.paper, event.number))
        if random() < 0.03:
            raise RuntimeError("the reader dropped the paper")


app = Application(
    "posts",
    [
        Capability(Press, PressService, migrations=[LINES]),
        Capability(Reader, ReaderService, migrations=[LINES]),
        Capability(Archive, ArchiveService, migrations=[LINES]),
    ],
)
