"""A run is told something by its socket, and says how it goes."""

import asyncio
import json
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from plures.deploy import (
    Apply,
    Order,
    OrderFailed,
    ProcessShown,
    Restart,
    RunGone,
    RunSilent,
    Scale,
    Shown,
    Stop,
    ask,
    in_words,
    order,
)
from plures.deploy.orders import taking_orders
from plures.errors import InvalidInput, PluresError, Violation

SALE = Apply("sale")


async def told(path: Path, what: Order = SALE) -> list[str]:
    return await asyncio.to_thread(lambda: [*order(path, what)])


async def two_steps(what: Order, say: Callable[[str], None]) -> None:
    say(f"towards {in_words(what)}")
    await asyncio.sleep(0)
    say("there")


async def failing(what: Order, say: Callable[[str], None]) -> None:
    say("one step")
    raise PluresError("Nothing of the kind", why="a test", fix="Do better.")


class Waiting:
    """Carries an order out when it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.done: list[str] = []

    async def __call__(self, what: Order, say: Callable[[str], None]) -> None:
        say("begun")
        self.begun.set()
        await self.may_end.wait()
        self.done.append(in_words(what))


async def test_what_happens_is_told_as_it_happens() -> None:
    async with taking_orders(two_steps) as path:
        assert await told(path) == ["towards apply sale", "there"]
        assert await told(path) == ["towards apply sale", "there"]


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


async def test_one_at_a_time() -> None:
    work = Waiting()
    async with taking_orders(work) as path:
        first = asyncio.create_task(told(path))
        await work.begun.wait()
        with pytest.raises(OrderFailed) as raised:
            await told(path, Apply("another"))
        assert (raised.value.reason, raised.value.why) == ("deploy.order_under_way", "apply sale")
        work.may_end.set()
        assert await first == ["begun"]
    assert work.done == ["apply sale"]


async def test_it_is_done_also_when_who_asked_has_gone() -> None:
    work = Waiting()
    async with taking_orders(work) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(b'{"type":"apply","topology":"sale"}\n')
        assert b"begun" in await reader.readline()
        writer.close()
        work.may_end.set()
    assert work.done == ["apply sale"]


async def test_what_runs_is_shown_also_while_an_order_is_carried_out() -> None:
    work, process = Waiting(), ProcessShown("main", ("search",), edge=True, replicas=())
    async with taking_orders(work, lambda: Shown((process,))) as path:
        assert await asyncio.to_thread(ask, path) == Shown((process,))
        first = asyncio.create_task(told(path, Restart(("search",), anew=True)))
        await work.begun.wait()
        assert await asyncio.to_thread(ask, path) == Shown((process,), doing="rollout search")
        work.may_end.set()
        await first
        assert (await asyncio.to_thread(ask, path)).doing == ""


async def test_a_stop_does_not_wait_for_its_turn() -> None:
    orders: list[str] = []
    work = Waiting()

    async def carry(what: Order, say: Callable[[str], None]) -> None:
        orders.append(in_words(what))
        if not isinstance(what, Stop):
            await work(what, say)

    async with taking_orders(carry) as path:
        first = asyncio.create_task(told(path, Scale({"search": 3, "cart": 0})))
        await work.begun.wait()
        assert await told(path, Stop()) == []
        work.may_end.set()
        await first
    assert orders == ["scale search=3 cart=auto", "stop"]


async def test_a_run_that_is_there_and_says_nothing_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dumb:
        dumb.bind(str(tmp_path / "orders"))
        dumb.listen()
        with pytest.raises(RunSilent, match="does not answer"):
            await asyncio.to_thread(ask, tmp_path / "orders", 0, silent_s=0.05)


@pytest.mark.parametrize(
    "answer", [b"", b'{"type":"sa', b'{"type":"said","text":"a"}\n{"type":"do', b'{"type":"sung"}\n']
)
async def test_answers_that_end_too_soon_or_are_of_another_version(tmp_path: Path, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(serve, tmp_path / "orders"):
        with pytest.raises(RunGone, match="cannot be told"):
            await told(tmp_path / "orders")


@pytest.mark.parametrize("line", [b"", b"{", b'{"type":"apply"}\n', b"\xff\n", b'{"type":"end"}\n', b"x" * 100_000])
async def test_what_is_no_order_changes_nothing_and_is_told_so(line: bytes) -> None:
    async with taking_orders(failing) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(line)
        writer.write_eof()
        answers = (await reader.read()).splitlines()
        writer.close()
    codes = [json.loads(answer)["code"] for answer in answers]
    assert codes == (["deploy.no_order"] if 0 < len(line) < 100_000 else [])


async def test_violations_cross_whole() -> None:
    violations = [
        Violation("a.rule", "here", "is wrong", "Mend it."),
        Violation("b.rule", "there", "too", "Mend that."),
    ]

    async def refusing(what: Order, say: Callable[[str], None]) -> None:
        raise InvalidInput("What was given", violations)

    async with taking_orders(refusing) as path:
        with pytest.raises(InvalidInput, match="What was given has 2 problems") as raised:
            await told(path)
    assert [*raised.value.violations] == violations


async def test_a_run_that_has_ended_is_told_of() -> None:
    async with taking_orders(two_steps) as path:
        pass
    with pytest.raises(RunGone, match="cannot be told"):
        await told(path)
