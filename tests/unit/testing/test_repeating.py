"""Calls that may be repeated are sent twice; others, streams, and calls deep down are sent once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

import pytest
from lab import app

from plures import Application, Capability, ContractError, DeadlineExceeded, Internal, command, contract, query
from plures.application import assemble
from plures.runtime import NotSent, Outgoing, Reply
from plures.testing import Where, run
from plures.testing.repeating import RepeatingTransport
from plures.testing.running import idempotent_paths

IDEMPOTENT, ONCE = "/lab.trouble.v1.Trouble/Put", "/lab.trouble.v1.Trouble/Add"


class AlreadyPaid(ContractError, status="already_exists"):
    """It was paid before."""


class Counting:
    """Answers with the number of the request."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.is_closed = False
        self.fails: Exception | None = None

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        self.paths.append(outgoing.path)
        if self.fails is not None:
            raise self.fails
        return Reply(200, str(len(self.paths)).encode())

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        self.paths.append(outgoing.path)
        yield Reply(200, b"")

    async def close(self) -> None:
        self.is_closed = True


def test_queries_and_idempotent_commands_may_be_repeated() -> None:
    paths = idempotent_paths(assemble(app))
    assert IDEMPOTENT in paths
    assert "/lab.echo.v1.Echo/Number" in paths
    assert ONCE not in paths


@pytest.mark.parametrize(
    ("path", "hops", "times"), [(IDEMPOTENT, 1, 2), (IDEMPOTENT, 4, 2), (IDEMPOTENT, 5, 1), (ONCE, 1, 1)]
)
async def test_how_often_it_is_sent(path: str, hops: int, times: int) -> None:
    inner = Counting()
    repeating = RepeatingTransport([IDEMPOTENT], inner)
    reply = await repeating.unary("http://x", Outgoing(path, 1000, hops, b"{}"))
    assert inner.paths == [path] * times
    assert reply.body == str(times).encode()  # the second answer is the one that counts


async def test_streams_are_sent_once() -> None:
    inner = Counting()
    repeating = RepeatingTransport([IDEMPOTENT], inner)
    async with aclosing(repeating.stream("http://x", Outgoing(IDEMPOTENT, 1000, 1, b"{}"))) as stream:
        assert [reply.http_status async for reply in stream] == [200]
    assert inner.paths == [IDEMPOTENT]


async def test_what_fails_is_not_repeated() -> None:
    inner = Counting()
    inner.fails = NotSent("no answer")
    with pytest.raises(NotSent):
        await RepeatingTransport([IDEMPOTENT], inner).unary("http://x", Outgoing(IDEMPOTENT, 1000, 1, b"{}"))
    assert inner.paths == [IDEMPOTENT]


@contract("repeating.till.v1", owner="tests")
class Till(Protocol):
    @command(idempotent=True, errors=[AlreadyPaid])
    async def pay(self, key: str) -> int: ...
    @command(idempotent=True)
    async def count(self) -> int: ...
    @command(idempotent=True)
    async def breaks(self) -> int: ...
    @command(idempotent=True, deadline_s=0.4)
    async def takes(self, seconds: float) -> int: ...
    @command(idempotent=True, errors=[AlreadyPaid])
    async def refuses(self) -> int: ...
    @query()
    async def asks(self) -> int: ...


class TillService(Till):
    """Idempotent in name only."""

    def __init__(self, myself: Till) -> None:
        self._myself = myself
        self._keys: set[str] = set()
        self._calls = 0

    async def pay(self, key: str) -> int:
        if key in self._keys:
            raise AlreadyPaid
        self._keys.add(key)
        return 1

    async def count(self) -> int:
        self._calls += 1
        return self._calls

    async def breaks(self) -> int:
        if await self.count() > 1:
            raise ValueError
        return 1

    async def takes(self, seconds: float) -> int:
        if await self.count() > 1:
            await asyncio.sleep(seconds)
        return 1

    async def refuses(self) -> int:
        raise AlreadyPaid

    async def asks(self) -> int:
        return await self._myself.breaks()


TILL = Application("repeating", [Capability(Till, TillService)])
SENT_TWICE = "the placement 'over the wire' sends each query and each idempotent command twice. repeating.till.v1.Till/"


async def notes_of(call: Awaitable[object], kind: type[Exception]) -> list[str]:
    with pytest.raises(kind) as caught:
        await call
    return getattr(caught.value, "__notes__", [])


async def test_a_failure_of_the_second_call_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with run(TILL, Where.OVER_THE_WIRE, data=tmp_path) as running:
        till = running.client(Till)
        [note] = await notes_of(till.pay("k"), AlreadyPaid)
        assert note.startswith(SENT_TWICE + 'Pay answered {"value":1} the first time, and failed with {"code":')
        assert note.endswith("the second time. Where this is not right, the operation is not idempotent")
        assert ("plures.testing", note) in [(record.name, record.getMessage()) for record in caplog.records]
        [note] = await notes_of(till.breaks(), Internal)
        assert note.startswith(SENT_TWICE + 'Breaks answered {"value":1} the first time, and failed with')


async def test_a_deadline_that_two_calls_share_says_so(tmp_path: Path) -> None:
    async with run(TILL, Where.OVER_THE_WIRE, data=tmp_path) as running:
        [note] = await notes_of(running.client(Till).takes(20), DeadlineExceeded)
    assert note.startswith(SENT_TWICE + 'Takes answered {"value":1} the first time, after ')
    assert note.endswith(" ms for both, and failed the second time")


async def test_two_answers_that_are_not_alike_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with run(TILL, Where.OVER_THE_WIRE, data=tmp_path) as running:
        assert await running.client(Till).count() == 2
    [record] = [record for record in caplog.records if record.name == "plures.testing"]
    assert 'Count answered {"value":1} the first time, and answered {"value":2} the second' in record.getMessage()


async def test_calls_between_services_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with run(TILL, Where.OVER_THE_WIRE, data=tmp_path) as running:
        await notes_of(running.client(Till).asks(), Internal)
    assert any(SENT_TWICE + "Breaks" in record.getMessage() for record in caplog.records)


async def test_a_failure_that_repetition_did_not_cause_says_nothing_of_it(tmp_path: Path) -> None:
    async with run(TILL, Where.OVER_THE_WIRE, data=tmp_path) as running:
        till = running.client(Till)
        assert await notes_of(till.refuses(), AlreadyPaid) == []
        await notes_of(till.pay("k"), AlreadyPaid)
        assert await notes_of(till.pay("k"), AlreadyPaid) == []
    async with run(TILL, Where.CHECKED, data=tmp_path) as running:
        assert await running.client(Till).pay("k") == 1


async def test_closing_is_passed_on() -> None:
    inner = Counting()
    await RepeatingTransport([], inner).close()
    assert inner.is_closed
