"""A capability that publishes, and one that gets its events, writes them down, and publishes in turn."""

from typing import Protocol

from plures import Database, Event, Events, Message, Migration, command, contract, query, request_id, subscribe

from .somebody import name_here

ISSUES = Migration(1, "issues", ("CREATE TABLE issues (number INTEGER PRIMARY KEY, paper TEXT NOT NULL)",))
HEARD = Migration(
    1,
    "heard",
    (
        "CREATE TABLE heard (place INTEGER PRIMARY KEY, paper TEXT NOT NULL, number INTEGER NOT NULL, request_id TEXT NOT NULL)",
    ),
)
_HEAR = """
INSERT INTO heard (place, paper, number, request_id)
SELECT coalesce(max(place), 0) + 1, :paper, :number, :request_id FROM heard"""


class IssuePrinted(Event, key="paper"):
    """A paper has printed an issue."""

    paper: str
    number: int
    failures: int = 0


class IssueRead(Event):
    """A reader has read an issue."""

    number: int


class Unheard(Event):
    """No contract declares it."""

    text: str


class Line(Message):
    paper: str
    number: int
    request_id: str


@contract("lab.press.v1", owner="tests", events=[IssuePrinted])
class Press(Protocol):
    # On a busy machine it waits for its place rather than being refused.
    @command(deadline_s=20, criticality="critical")
    async def print(self, paper: str, numbers: tuple[int, ...], failures: int = 0, *, fails: bool = False) -> str: ...
    @command(deadline_s=20)
    async def print_wrongly(self, how: str) -> str: ...
    @query(deadline_s=20)
    async def printed(self, paper: str) -> tuple[int, ...]: ...
    @query(deadline_s=20)
    async def read_numbers(self) -> tuple[int, ...]: ...
    @query(deadline_s=20)
    async def noted_for(self, number: int) -> str: ...


class PressService(Press):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events
        self._read: list[int] = []
        self._for: dict[int, str] = {}

    async def print(self, paper: str, numbers: tuple[int, ...], failures: int = 0, *, fails: bool = False) -> str:
        async with self._database.write() as connection:
            for number in numbers:
                await connection.execute(
                    "INSERT INTO issues VALUES (:number, :paper)", {"number": number, "paper": paper}
                )
                await self._events.publish(IssuePrinted(paper, number, failures))
            if fails:
                raise RuntimeError("the machine broke")
        return request_id() or ""

    async def print_wrongly(self, how: str) -> str:
        event = Unheard("psst") if how == "undeclared" else IssuePrinted("a" * 2_000_000 if how == "large" else "a", 0)
        try:
            if how == "reading":
                async with self._database.read():
                    await self._events.publish(event)
            elif how in ("undeclared", "large"):
                async with self._database.write():
                    await self._events.publish(event)
            else:
                await self._events.publish(event)
        except Exception as error:  # noqa: BLE001 - the test compares it
            return str(getattr(error, "code", error))
        return "published"

    async def printed(self, paper: str) -> tuple[int, ...]:
        async with self._database.read() as connection:
            statement = "SELECT number FROM issues WHERE paper = :paper ORDER BY number"
            return tuple((await connection.execute(statement, {"paper": paper})).scalars())

    async def read_numbers(self) -> tuple[int, ...]:
        return tuple(self._read)

    @subscribe()
    async def note(self, event: IssueRead) -> None:
        self._read.append(event.number)
        self._for[event.number] = name_here()

    async def noted_for(self, number: int) -> str:
        return self._for.get(number, "")


@contract("lab.reader.v1", owner="tests", events=[IssueRead])
class Reader(Protocol):
    @query(deadline_s=20)
    async def heard(self, paper: str = "") -> tuple[Line, ...]: ...
    @query(deadline_s=20)
    async def attempts(self, number: int) -> int: ...
    @query(deadline_s=20)
    async def heard_for(self, number: int) -> str: ...


class ReaderService(Reader):
    def __init__(self, database: Database, events: Events, press: Press) -> None:
        self._database = database
        self._events = events
        self._press = press
        self._failures: dict[int, int] = {}
        self._for: dict[int, str] = {}

    async def heard(self, paper: str = "") -> tuple[Line, ...]:
        async with self._database.read() as connection:
            rows = await connection.execute("SELECT paper, number, request_id FROM heard ORDER BY place")
            return tuple(Line(*row) for row in rows if row.paper == paper or not paper)

    async def attempts(self, number: int) -> int:
        return self._failures.get(number, 0)

    async def heard_for(self, number: int) -> str:
        return self._for.get(number, "")

    @subscribe()
    async def hear(self, event: IssuePrinted) -> None:
        async with self._database.write() as connection:
            line = {"paper": event.paper, "number": event.number, "request_id": request_id() or ""}
            await connection.execute(_HEAR, line)
            await self._events.publish(IssueRead(event.number))
        self._for[event.number] = name_here()
        self._failures[event.number] = self._failures.get(event.number, 0) + 1
        if self._failures[event.number] <= event.failures:
            raise RuntimeError("the reader dropped the paper")
