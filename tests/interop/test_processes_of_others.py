"""One topology, two languages: a capability in a Node process that Plures starts, and one in a process that it only calls."""

import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures.testing import Running, Where, run
from plures.topology import Process, Topology

from . import connect_python
from .connect_node import NODE, NodePeer
from .contract import TooHeavy
from .desk import Desk
from .parcels import FULL
from .serving import served

APPLICATION = "tests.interop.desk:app"
SEEN = "9223372036854775807 19.90 circle by hand"


@pytest.fixture(params=[pytest.param("command", marks=pytest.mark.node), "external"])
async def depot(request: pytest.FixtureRequest) -> AsyncIterator[Process]:
    """The process that hosts the depot: Plures starts the first kind, and only knows the address of the second."""
    if request.param == "command":
        node: NodePeer = request.getfixturevalue("node")
        command = shlex.join([str(NODE), str(node.folder / "server.mjs")])
        yield Process("depot", ("depot",), command=command, environment={"DESCRIPTORS": str(node.descriptors)})
        return
    async with served(connect_python.DepotApplication()) as url:
        yield Process("depot", ("depot",), external=url)


@pytest.fixture
async def running(depot: Process, tmp_path: Path) -> AsyncIterator[Running]:
    topology = Topology("mixed", (depot, Process("desk", ("*",))))
    async with run(APPLICATION, Where.LOCAL_PROCESSES, data=tmp_path, topology=topology) as started:
        yield started


async def test_a_capability_calls_one_in_another_language(running: Running) -> None:
    desk = running.client(Desk)
    assert await desk.weigh(10) == "10 g can be lifted"
    assert await desk.look_at(FULL) == SEEN
    with pytest.raises(TooHeavy) as caught:
        await desk.weigh(5000)
    assert caught.value == TooHeavy(weight_g=5000, limit_g=1000, advice="use a crane")
