"""The control application: health, the contract listing, calls; and what it says before the start and while it drains."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from plures import Capability, Lifecycle, Optionally
from plures.host import Host

from .parts import A, B, Notes, request, taking

Make = Callable[..., Host]
ASK = "/parts.a.v1.A/Ask"


class Gate:
    """A service whose calls wait until they may pass."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()

    async def ask(self, depth: int = 0) -> str:
        self.entered.set()
        await self.opened.wait()
        return "passed"


async def test_health(host: Make) -> None:
    running = host(Capability(A, Notes().service("a")))
    assert await request(running.control, "/health/live") == (
        200, {"status": "live"}, {"content-type": "application/json"},
    )  # fmt: skip
    assert (await request(running.control, "/health/ready"))[:2] == (503, {"status": "not ready"})
    await running.start()
    assert (await request(running.control, "/health/ready"))[:2] == (200, {"status": "ready"})
    await running.drain()
    assert (await request(running.control, "/health/ready"))[0] == 503
    assert (await request(running.control, "/health/live"))[0] == 200


async def test_it_is_not_ready_before_everything_is(host: Make) -> None:
    seen: list[int] = []

    def build(lifecycle: Lifecycle) -> Any:
        async def look() -> None:
            seen.append((await request(running.control, "/health/ready"))[0])

        lifecycle.on_start(look)
        lifecycle.on_ready(look)
        return Gate()

    running = host(Capability(A, taking(build, ())))
    await running.start()
    assert seen == [503, 503]


async def test_the_listing_is_of_what_is_hosted_here(host: Make) -> None:
    running = host(Capability(A, Notes().service("a", B)), Capability(B, Notes().service("b")), hosts="a")
    _, listing, _ = await request(running.control, "/contracts")
    assert listing["application"] == "parts"
    [contract] = listing["contracts"]
    assert (contract["service"], contract["capability"], contract["owner"]) == ("parts.a.v1.A", "a", "tests")
    [operation] = contract["operations"]
    assert (operation["name"], operation["kind"], operation["idempotent"]) == ("parts.a.v1.A/Ask", "query", True)
    assert (operation["streams"], operation["deadline_s"], operation["errors"]) == (False, 30, [])
    assert list(operation["request"]["properties"]) == ["depth"]


async def test_the_listing_says_who_goes_without_what(host: Make) -> None:
    class Cautious:
        def __init__(self, b: Optionally[B], again: Optionally[B]) -> None:
            self._b, self._again = b, again

        async def ask(self, depth: int = 0) -> str:
            return await self._again.call_or("", B.ask) + await self._b.call_or("without", B.ask)

    # Nothing answers at the endpoint of b.
    running = host(Capability(A, Cautious), Capability(B), hosts="a", endpoints={"b": ()})
    await running.start()
    _, listing, _ = await request(running.control, "/contracts")
    assert listing["optional"] == [{"caller": "a", "capability": "b", "is_out": False, "went_without": 0}]
    assert (await request(running.control, ASK, b"{}"))[:2] == (200, {"value": "without"})
    _, listing, _ = await request(running.control, "/contracts")
    assert listing["optional"] == [{"caller": "a", "capability": "b", "is_out": True, "went_without": 2}]


async def test_a_call(host: Make) -> None:
    running = host(Capability(A, Notes().service("a", B)), Capability(B, Notes().service("b")))
    await running.start()
    assert (await request(running.control, ASK, b'{"depth":1}'))[:2] == (200, {"value": "a b"})


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/parts.a.v1.A/Nothing", "/parts.b.v1.B/Ask", "/health", "/contracts/"]
)
async def test_what_is_not_there(host: Make, path: str) -> None:
    running = host(Capability(A, Notes().service("a")), Capability(B, Notes().service("b")), hosts="a")
    await running.start()
    status, body, headers = await request(running.control, path, b"{}")
    assert (status, body["code"], headers["plures-outcome"]) == (404, "unimplemented", "not sent")
    assert repr(path) in body["message"]


async def test_before_the_start_calls_are_refused_as_not_sent(host: Make) -> None:
    running = host(Capability(A, Notes().service("a")))
    status, body, headers = await request(running.control, ASK, b"{}")
    assert (status, body, headers["plures-outcome"]) == (
        503, {"code": "unavailable", "message": "the replica is starting"}, "not sent",
    )  # fmt: skip


async def test_a_capability_takes_calls_once_its_own_start_hooks_have_run(host: Make) -> None:
    seen: list[int] = []

    def build(lifecycle: Lifecycle, **_: Any) -> Any:
        async def look() -> None:
            seen.append((await request(running.control, ASK, b"{}"))[0])
            seen.append((await request(running.control, "/parts.b.v1.B/Ask", b"{}"))[0])

        lifecycle.on_start(look)
        return Gate()

    running = host(Capability(A, Notes().service("a")), Capability(B, taking(build, (A,))))
    await running.start()
    assert seen == [200, 503]


async def test_draining_refuses_new_calls_and_answers_those_in_flight(host: Make) -> None:
    gate = Gate()
    running = host(Capability(A, lambda: gate))
    await running.start()
    in_flight = asyncio.create_task(request(running.control, ASK, b"{}"))
    await gate.entered.wait()
    draining = asyncio.create_task(running.drain())
    await asyncio.sleep(0.01)
    status, body, headers = await request(running.control, ASK, b"{}")
    assert (status, body["message"], headers["plures-outcome"]) == (503, "the replica is stopping", "not sent")
    assert not draining.done()
    gate.opened.set()
    assert (await in_flight)[:2] == (200, {"value": "passed"})
    await draining


@pytest.mark.parametrize("development", [False, True])
async def test_while_it_drains_calls_within_the_replica_go_on(host: Make, development: bool) -> None:
    from plures.host import Mode

    gate = Gate()

    def build(lifecycle: Lifecycle, need_b: Any) -> Any:
        class Service:
            async def ask(self, depth: int = 0) -> str:
                await gate.ask()
                return f"a {await need_b.ask()}"

        return Service()

    mode = Mode.DEVELOPMENT if development else Mode.PRODUCTION
    running = host(Capability(A, taking(build, (B,))), Capability(B, Notes().service("b")), mode=mode)
    await running.start()
    in_flight = asyncio.create_task(request(running.control, ASK, b"{}"))
    await gate.entered.wait()
    draining = asyncio.create_task(running.drain())
    await asyncio.sleep(0.01)
    gate.opened.set()
    assert (await in_flight)[:2] == (200, {"value": "a b"})
    await draining
