"""What comes out of an outbox as a call of a handler: whatever version wrote it, and however often it comes."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import Application, Capability, Database, Event, Events, Migration, command, contract, query, subscribe
from plures.application import assemble
from plures.data import open_database
from plures.deploy import ListenAddress, ServedHost, listen
from plures.errors import CallError, Outcome, Unavailable, Unimplemented
from plures.events import Deferred, Stored, Undeliverable, Unreachable
from plures.host import Host, Placement
from plures.host.eventing import open_outbox

LINES = Migration(1, "lines", ("CREATE TABLE lines (text TEXT NOT NULL)",))


class Said(Event, key="by"):
    by: str
    text: str
    loud: bool = False


@contract("tests.talk.v1", owner="tests", events=[Said])
class Talk(Protocol):
    @command()
    async def say(self, text: str) -> None: ...


class TalkService(Talk):
    def __init__(self, database: Database, events: Events) -> None: ...

    async def say(self, text: str) -> None: ...


@contract("tests.ear.v1", owner="tests")
class Ear(Protocol):
    @query()
    async def heard(self) -> tuple[str, ...]: ...


class EarService(Ear):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def heard(self) -> tuple[str, ...]:
        async with self._database.read() as connection:
            return tuple((await connection.execute("SELECT text FROM lines")).scalars())

    @subscribe()
    async def hear(self, event: Said) -> None:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO lines VALUES (:text)", {"text": f"{event.text} {event.loud}"})


app = Application("tests", [Capability(Talk, TalkService), Capability(Ear, EarService, migrations=[LINES])])
ASSEMBLY = assemble(app)


def stored(body: str, sequence: int = 1) -> Stored:
    return Stored(sequence, "event-1", "tests.talk.v1.Said", "anna", body, "", 1_000 * sequence)


async def delivering(database: Database, client: Any) -> Callable[[Stored], Any]:
    """What the relay delivers with."""
    _, relay = await open_outbox(ASSEMBLY, "talk", database, lambda _: client)
    (_, deliver), *_ = relay._subscriptions.values()
    return deliver


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_database(tmp_path / "talk", "talk", ())
    yield database
    await database.close()


class Answering:
    """A subscriber that answers so."""

    def __init__(self, answer: BaseException | None = None) -> None:
        self.answer = answer
        self.got: list[Said] = []

    async def hear(self, _id: str, _source: str, _type: str, _time: datetime, data: Said, **_: str) -> None:
        self.got.append(data)
        if self.answer is not None:
            raise self.answer


async def test_a_payload_of_a_newer_version_is_read_without_what_it_has_more(talk: Database) -> None:
    ear = Answering()
    deliver = await delivering(talk, ear)
    await deliver(stored('{"by":"anna","text":"hi","tone":{"of":"voice"},"loud":true}'))
    assert ear.got == [Said("anna", "hi", loud=True)]


@pytest.mark.parametrize("body", ['{"by":"anna","text":7}', '{"by":', "", "[]", "null", "\ufeff{}"])
async def test_a_payload_that_cannot_be_read_is_given_up_at_once(talk: Database, body: str) -> None:
    ear = Answering()
    deliver = await delivering(talk, ear)
    with pytest.raises(Undeliverable, match="what is stored of it is not a"):
        await deliver(stored(body))
    assert ear.got == []


@pytest.mark.parametrize(
    ("answer", "is_unreachable"),
    [
        (Unavailable("ear", "no replica of it is ready", outcome=Outcome.NOT_SENT), True),
        # A version without the handler runs there.
        (Unimplemented("ear", "it has no such operation", outcome=Outcome.NOT_SENT), True),
        # It may have died of this event.
        (Unavailable("ear", "the connection broke", outcome=Outcome.MAY_HAVE_RUN), False),
    ],
)
async def test_who_certainly_did_not_get_it_is_not_there(
    talk: Database, answer: CallError, is_unreachable: bool
) -> None:
    deliver = await delivering(talk, Answering(answer))
    with pytest.raises(Unreachable if is_unreachable else CallError):
        await deliver(stored('{"by":"anna","text":"hi"}'))


@contract("tests.far.v1", owner="tests")
class Far(Protocol):
    @query()
    async def ask(self) -> str: ...


class AskingService(EarService):
    def __init__(self, database: Database, far: Far) -> None:
        super().__init__(database)
        self._far = far

    @subscribe()
    async def hear(self, event: Said) -> None:
        await self._far.ask()


@pytest.mark.parametrize("over_the_wire", [False, True])
async def test_a_handler_that_cannot_reach_what_it_needs_is_told_from_one_that_fails(
    tmp_path: Path, over_the_wire: bool
) -> None:
    ear = Capability(Ear, AskingService, migrations=[LINES])
    assembly = assemble(Application("tests", [Capability(Talk, TalkService), ear, Capability(Far)]))
    hosted = frozenset({"talk", "ear"})
    control = listen(ListenAddress(port=0))
    endpoints = {"ear": (control.url,)} if over_the_wire else {}
    host = Host(assembly, Placement(hosted, edge=False, data=tmp_path, endpoints=endpoints))
    served = ServedHost(host, control, None, 5.0)
    await served.start()
    database = host._services.database("talk")
    assert database is not None
    _, relay = await open_outbox(assembly, "talk", database, lambda _: host.client(assembly.deliveries["ear"].python))
    (_, deliver), *_ = relay._subscriptions.values()
    with pytest.raises(Deferred, match="something that it needs cannot be reached"):
        await deliver(stored('{"by":"anna","text":"hi"}'))
    await served.stop()


async def test_an_event_is_known_by_its_id_whatever_else_is_said_of_it(tmp_path: Path) -> None:
    """A server that crashed may give it another place, and a newer publisher writes its payload otherwise."""
    host = Host(ASSEMBLY, Placement(frozenset(ASSEMBLY.capabilities), edge=False, data=tmp_path))
    await host.start()
    ear: Any = host.client(ASSEMBLY.deliveries["ear"].python)
    first = "event-1", "/tests/talk", "tests.talk.v1.Said", datetime(2026, 11, 27, tzinfo=UTC), Said("anna", "hi")
    await ear.hear(*first, sequence="1")
    again = (*first[:3], datetime(2026, 11, 30, tzinfo=UTC), Said("anna", "hi there"))
    await ear.hear(*again, sequence="2", partitionkey="anna")
    assert await host.client(Ear).heard() == ("hi False",)
    await host.stop()
