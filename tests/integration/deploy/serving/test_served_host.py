"""A host behind its two listeners: what is closed first, and that nothing is skipped when something fails."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from plures.deploy.serving.served_host import ServedHost
from plures.deploy.serving.sockets import ListenAddress, listen
from plures.http import Request, Response
from tests.integration.deploy.support import open_descriptors


class StandIn:
    """A host that notes what happens to it. Control requests end when the host drains."""

    def __init__(self, *, broken: bool = False) -> None:
        self.journal: list[str] = []
        self._broken = broken
        self._draining = asyncio.Event()

    async def start(self) -> None:
        if self._broken:
            raise LookupError
        self.journal.append("start")

    async def drain(self) -> None:
        self.journal.append("drain")
        self._draining.set()

    async def stop(self) -> None:
        self.journal.append("stop")

    def update_endpoints(self, _: object) -> None:
        pass

    async def public(self, _scope, _receive, send) -> None:
        await self._answer("public", send)

    async def control(self, request: Request) -> Response:
        if request.path == "/until-drain":
            self.journal.append("asked")
            await self._draining.wait()
        self.journal.append("control answered")
        return Response(202)

    async def _answer(self, what: str, send) -> None:
        self.journal.append(f"{what} answered")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def sockets() -> AsyncIterator[tuple]:
    control, public = listen(ListenAddress(port=0)), listen(ListenAddress(port=0))
    yield control, public
    control.close()
    public.close()


async def test_a_drain_hook_may_end_a_call_in_flight(sockets, http):
    control, public = sockets
    host = StandIn()
    served = ServedHost(host, control, public, grace_s=20.0)
    await served.start()
    asking = asyncio.create_task(http.get(f"{control.url}/until-drain"))
    while "asked" not in host.journal:  # noqa: ASYNC110  # the stand-in knows nothing of tests
        await asyncio.sleep(0.01)
    await served.stop()
    assert (await asking).status_code == 202
    assert host.journal == ["start", "asked", "drain", "control answered", "stop"]


async def test_the_edge_can_close_alone(sockets, http):
    control, public = sockets
    host = StandIn()
    served = ServedHost(host, control, public, grace_s=20.0)
    await served.start()
    assert (await http.get(public.url)).status_code == 204
    await asyncio.gather(served.close_edge(), served.close_edge())
    assert (await http.get(control.url)).status_code == 202
    await served.stop()
    assert host.journal == ["start", "public answered", "control answered", "drain", "stop"]


async def test_a_failing_start_closes_everything():
    before = open_descriptors()
    control, public = listen(ListenAddress(port=0)), listen(ListenAddress(port=0))
    host = StandIn(broken=True)
    with pytest.raises(LookupError):
        await ServedHost(host, control, public, grace_s=1.0).start()
    assert host.journal[-1] == "stop"
    assert open_descriptors() == before
