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

    identity = None

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

    def lead(self, *, leads: bool) -> None:
        pass

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


async def test_control_answers_to_its_names_and_to_no_page_of_another_site(sockets, http):
    control, public = sockets
    served = ServedHost(StandIn(), control, public, grace_s=20.0, names=["shop.internal"])
    await served.start()
    for headers in ({}, {"host": "shop.internal:8001"}, {"host": "localhost"}, {"origin": control.url}):
        assert (await http.get(control.url, headers=headers)).status_code == 202, headers
    for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        for method in ("GET", "POST"):
            refused = await http.request(method, control.url, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied"), headers
    assert (await http.get(public.url, headers={"host": "evil.example"})).status_code == 204
    await served.stop()


async def test_the_edge_answers_to_its_names_where_it_was_told_some(sockets, http):
    control, public = sockets
    served = ServedHost(StandIn(), control, public, grace_s=20.0, public_names=["shop.example"])
    await served.start()
    assert (await http.get(public.url)).status_code == 204
    assert (await http.get(public.url, headers={"host": "shop.example"})).status_code == 204
    assert (await http.get(public.url, headers={"host": "evil.example"})).status_code == 421
    assert (await http.get(control.url, headers={"host": "shop.example"})).status_code == 403
    await served.stop()
