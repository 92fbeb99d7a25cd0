"""A run is told something by its socket, and says how it goes."""

import asyncio
import stat
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plures.deploy import Apply, OrderFailed, RunGone, order
from plures.deploy.orders import taking_orders
from plures.errors import PluresError

SALE = Apply("sale")


async def told(path: Path, what: Apply = SALE) -> list[str]:
    return await asyncio.to_thread(lambda: [*order(path, what)])


async def two_steps(what: Apply, say: Callable[[str], None]) -> None:
    say(f"towards {what.topology}")
    await asyncio.sleep(0)
    say("there")


async def failing(what: Apply, say: Callable[[str], None]) -> None:
    say("one step")
    raise PluresError("Nothing of the kind", why="a test", fix="Do better.")


def waiting(may_end: asyncio.Event, done: list[str]) -> Callable[..., Awaitable[None]]:
    async def wait(what: Apply, say: Callable[[str], None]) -> None:
        say("begun")
        await may_end.wait()
        done.append(what.topology)

    return wait


async def test_what_happens_is_told_as_it_happens() -> None:
    async with taking_orders(two_steps) as path:
        assert await told(path) == ["towards sale", "there"]
        assert await told(path) == ["towards sale", "there"]


async def test_its_user_alone_may_enter() -> None:
    async with taking_orders(two_steps) as path:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


async def test_a_failure_says_what_why_and_what_to_do() -> None:
    async with taking_orders(failing) as path:
        with pytest.raises(OrderFailed) as raised:
            await told(path)
    assert (raised.value.what, raised.value.why, raised.value.fix) == ("Nothing of the kind", "a test", "Do better.")
    assert raised.value.reason == PluresError.code


@asynccontextmanager
async def given(path: Path) -> AsyncGenerator[asyncio.StreamReader]:
    """What the run says of an order that it has begun with."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b'{"type":"apply","topology":"sale"}\n')
    assert b"begun" in await reader.readline()
    yield reader
    writer.close()


async def test_one_at_a_time() -> None:
    may_end, done = asyncio.Event(), list[str]()
    async with taking_orders(waiting(may_end, done)) as path, given(path) as first:
        with pytest.raises(OrderFailed) as raised:
            await told(path, Apply("another"))
        assert raised.value.reason == "deploy.order_under_way"
        may_end.set()
        assert b"done" in await first.readline()
    assert done == ["sale"]


async def test_it_is_done_also_when_who_asked_has_gone() -> None:
    may_end, done = asyncio.Event(), list[str]()
    async with taking_orders(waiting(may_end, done)) as path:
        async with given(path):
            pass
        may_end.set()
    assert done == ["sale"]


@pytest.mark.parametrize("line", [b"", b"{", b'{"type":"apply"}\n', b"\xff\n", b'{"type":"end"}\n'])
async def test_what_is_no_order_changes_nothing(line: bytes) -> None:
    async with taking_orders(failing) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(line)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()


async def test_a_run_that_has_ended_is_told_of() -> None:
    async with taking_orders(two_steps) as path:
        pass
    with pytest.raises(RunGone, match="cannot be told"):
        await told(path)
