"""Plain functions in the other places where a service has a say: handlers of events, optional capabilities, what a thread does after its deadline."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from plures import (
    Application,
    BlockingOnLoop,
    Capability,
    Database,
    DeadlineExceeded,
    Event,
    Events,
    Optionally,
    Unavailable,
    command,
    contract,
    query,
    subscribe,
)
from plures.errors import Outcome
from plures.testing import Running, Where, fake, run

LONG_S = 30


class Said(Event, key="text"):
    text: str


@contract("siblings.talk.v1", owner="tests", events=[Said])
class Talk(Protocol):
    @command(deadline_s=LONG_S)
    async def say(self, text: str) -> None: ...


@contract("siblings.ear.v1", owner="tests")
class Ear(Protocol):
    @query()
    def heard(self) -> tuple[str, ...]: ...
    @query()
    def fails(self) -> str: ...
    @query(deadline_s=0.05)
    def late(self) -> None: ...


@contract("siblings.asks.v1", owner="tests")
class Asks(Protocol):
    @query(deadline_s=LONG_S)
    def both(self) -> tuple[str, ...]: ...


class TalkService:
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def say(self, text: str) -> None:
        async with self._database.write():
            await self._events.publish(Said(text))


class EarService:
    has_heard = threading.Event()
    goes_on = threading.Event()
    raised: ClassVar[list[type[BaseException]]] = []
    is_over = threading.Event()

    def __init__(self, asks: Asks) -> None:
        self._words: list[str] = []
        self._asks = asks

    @subscribe()
    def hear(self, event: Said) -> None:
        self._words.append(f"{event.text} {threading.current_thread().name.partition('-')[0]}")
        self.has_heard.set()

    def heard(self) -> tuple[str, ...]:
        return tuple(self._words)

    def fails(self) -> str:
        raise Unavailable("x", "y", outcome=Outcome.NOT_SENT)

    def late(self) -> None:
        self.goes_on.wait(LONG_S)
        try:
            self._asks.both()
        except BaseException as error:  # noqa: BLE001 - what is looked for
            self.raised.append(type(error))
        self.is_over.set()


class AsksService:
    def __init__(self, ear: Optionally[Ear]) -> None:
        self._ear = ear

    def both(self) -> tuple[str, ...]:
        return (*(self._ear.call(Ear.heard) or ("nothing",)), self._ear.call_or("without", Ear.fails))


app = Application(
    "siblings", [Capability(Talk, TalkService), Capability(Ear, EarService), Capability(Asks, AsksService)]
)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with run(app, Where.IN_PROCESS, data=tmp_path) as started:
        yield started


async def test_a_handler_that_is_a_plain_function_gets_its_events_in_a_thread(running: Running) -> None:
    await running.client(Talk).say("hello")
    assert await asyncio.to_thread(EarService.has_heard.wait, LONG_S)
    assert await asyncio.to_thread(running.client(Ear).heard) == ("hello ear",)


async def test_an_optional_capability_is_called_as_its_contract_spells_it(running: Running) -> None:
    assert await asyncio.to_thread(running.client(Asks).both) == ("nothing", "without")


async def test_an_optional_call_that_blocks_is_refused_on_the_event_loop(running: Running) -> None:
    with pytest.raises(BlockingOnLoop):
        Optionally(running.client(Ear)).call(Ear.heard)


def test_what_stands_in_for_an_optional_capability_may_block() -> None:
    service = AsksService(Optionally(fake(Ear, heard=("a",), fails=Unavailable("x", "y", outcome=Outcome.NOT_SENT))))
    assert service.both() == ("a", "without")


async def test_a_thread_that_nothing_waits_for_makes_no_more_calls(running: Running) -> None:
    with pytest.raises(DeadlineExceeded):
        await asyncio.to_thread(running.client(Ear).late)
    EarService.goes_on.set()
    assert await asyncio.to_thread(EarService.is_over.wait, LONG_S)
    assert EarService.raised == [asyncio.CancelledError]
