"""Messages arrive as they were sent, and the end of the other side is noticed."""

import asyncio
import socket
from pathlib import Path

import pytest

from plures.deploy.channel import (
    CloseEdge,
    Configure,
    EdgeClosed,
    Failed,
    Ready,
    Stop,
    Update,
    Updated,
    to_replica,
    to_supervisor,
)
from plures.host import Fault, Mode, Placement
from plures.host.faults import FaultKind

CONFIGURE = Configure(
    application="shop.app:app",
    import_path=("/a", "/b"),
    placement=Placement(
        capabilities=frozenset({"search"}),
        edge=True,
        data=Path("/data"),
        mode=Mode.DEVELOPMENT,
        endpoints={"catalog": ("http://127.0.0.1:1", "http://127.0.0.1:2"), "tax": ()},
        faults=(Fault("search", "find", FaultKind.LATENCY, "latency:1ms..2ms", 1.0, 0.001, 0.002),),
    ),
    control_descriptor=5,
    peer_descriptor=6,
    public_descriptor=None,
    grace_s=1.5,
)


@pytest.mark.parametrize("message", [CONFIGURE, Update(3, {"a": ("http://x",)}), CloseEdge(), Stop()])
async def test_to_replica(message):
    ours, theirs = socket.socketpair()
    supervisor, replica = await to_replica(ours), await to_supervisor(theirs)
    supervisor.send(message)
    assert await replica.receive() == message
    await supervisor.close()
    assert await replica.receive() is None
    await replica.close()


@pytest.mark.parametrize(
    "message", [Ready(), Updated(4), EdgeClosed(), Failed("a.b", "what\nelse", "why", "fix \N{SNOWMAN}")]
)
async def test_to_supervisor(message):
    ours, theirs = socket.socketpair()
    supervisor, replica = await to_replica(ours), await to_supervisor(theirs)
    replica.send(message)
    replica.send(message)
    assert [await supervisor.receive(), await supervisor.receive()] == [message, message]
    await replica.close()
    assert await supervisor.receive() is None
    supervisor.send(Stop())  # the other side is gone: nothing happens
    await supervisor.close()
    supervisor.send(Stop())


async def test_half_a_line_is_no_message():
    ours, theirs = socket.socketpair()
    replica = await to_supervisor(theirs)
    ours.sendall(b'{"type": "st')
    ours.close()
    async with asyncio.timeout(60):
        assert await replica.receive() is None
    await replica.close()


async def test_a_long_list_of_endpoints():
    ours, theirs = socket.socketpair()
    supervisor, replica = await to_replica(ours), await to_supervisor(theirs)
    message = Update(1, {f"capability-{n}": tuple(f"http://127.0.0.1:{p}" for p in range(100)) for n in range(500)})
    supervisor.send(message)
    assert await replica.receive() == message
    await supervisor.close()
    await replica.close()
