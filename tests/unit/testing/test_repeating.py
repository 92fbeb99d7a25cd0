"""Calls that may be repeated are sent twice; others, streams, and calls deep down are sent once."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from lab import app

from plures.application import assemble
from plures.runtime import NotSent, Outgoing, Reply
from plures.testing.repeating import RepeatingTransport
from plures.testing.running import idempotent_paths

IDEMPOTENT, ONCE = "/lab.trouble.v1.Trouble/Put", "/lab.trouble.v1.Trouble/Add"


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


async def test_closing_is_passed_on() -> None:
    inner = Counting()
    await RepeatingTransport([], inner).close()
    assert inner.is_closed
