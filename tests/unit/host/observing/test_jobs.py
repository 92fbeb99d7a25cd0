"""What a service calls beside any request: one trace for each piece of work."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from plures import Capability, Lifecycle
from plures.host import Host
from plures.telemetry import Noted, Telemetry, Trace
from plures.telemetry.tracing.job import LONGEST_S, Job
from tests.unit.host.parts import A, B, Notes, taking


def service(done: asyncio.Event) -> Any:
    """Calls in a start hook, and in work beside its calls."""

    class Service:
        def __init__(self, lifecycle: Lifecycle, need_b: Any) -> None:
            self.b = need_b
            lifecycle.on_start(self.prepare)
            lifecycle.background(self.fill)

        async def prepare(self) -> None:
            for _ in range(2):
                await self.b.ask()

        async def fill(self) -> None:
            await asyncio.gather(*(self.b.ask() for _ in range(12)))
            done.set()

        async def ask(self, depth: int = 0) -> str:
            return str(await self.b.ask(depth))

    return taking(Service, (B,))


def traces(telemetry: Telemetry) -> list[list[Noted]]:
    return [part.notes for part in telemetry.recorder.take()]


async def test_a_job_is_one_trace_and_each_request_too(host: Callable[..., Host]) -> None:
    done = asyncio.Event()
    running = host(Capability(A, service(done)), Capability(B, Notes().service("b")))
    running.seen.telemetry.recorder.is_read = True
    await running.start()
    async with asyncio.timeout(60):
        await done.wait()
    assert sorted(len(notes) for notes in traces(running.seen.telemetry)) == [2, 12]
    for _ in range(3):
        await running.client(A).ask(0)
    assert [len(notes) for notes in traces(running.seen.telemetry)] == [2, 2, 2]


def test_work_that_goes_on_is_cut() -> None:
    job, first, second, third = Job(), Trace(), Trace(), Trace()
    assert job.joined(first, 100.0) is first
    assert job.joined(second, 100.0 + LONGEST_S / 2) is first
    assert job.joined(third, 100.0 + LONGEST_S) is third
    assert job.joined(second, 101.0 + LONGEST_S) is third


async def test_what_is_called_while_a_service_is_made_is_one_trace(host: Callable[..., Host]) -> None:
    @asynccontextmanager
    async def make(b: B) -> AsyncGenerator[Any]:
        for _ in range(4):
            await b.ask()
        yield Notes().service("a")(lifecycle=Lifecycle())

    running = host(Capability(A, make), Capability(B, Notes().service("b")))
    running.seen.telemetry.recorder.is_read = True
    await running.start()
    assert [len(notes) for notes in traces(running.seen.telemetry)] == [4]
