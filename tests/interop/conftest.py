"""Fixtures: Node's packages once per run, a depot that Plures serves, and the depots of the other libraries."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.typescript import started

from . import connect_python
from .calls import Peer
from .connect_node import NODE, NodePeer, RegistryUnreachable
from .in_go.peer import GoPeer, go_depot
from .in_typescript.service import CALLERS, TOKEN, built
from .serving import client_of, hosted, served

PEERS = [
    "connectrpc",
    pytest.param("connect-node", marks=pytest.mark.node),
    pytest.param("connect-go", marks=pytest.mark.go),
]


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> NodePeer:
    try:
        return NodePeer.install(tmp_path_factory.mktemp("node"))
    except RegistryUnreachable as error:
        pytest.skip(f"needs packages from npm's registry, which cannot be reached: {error}")


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> GoPeer:
    return GoPeer.install(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="session")
def depot_in_typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the depot as a service in TypeScript."""
    return built(tmp_path_factory)


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> Peer:
    """A client that is not ours."""
    if request.param == "connectrpc":
        return connect_python.call
    peer: NodePeer | GoPeer = request.getfixturevalue(request.param.removeprefix("connect-"))
    return peer.call


@pytest.fixture
async def depot_url(tmp_path: Path) -> AsyncIterator[str]:
    """Where Plures serves the depot."""
    async with hosted(tmp_path) as url:
        yield url


@pytest.fixture(params=[*PEERS, pytest.param("service in TypeScript", marks=pytest.mark.node)])
async def foreign_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Where a server that is not ours serves the depot."""
    if request.param == "connectrpc":
        async with served(connect_python.DepotApplication()) as url:
            yield url
        return
    if request.param == "connect-go":
        async with go_depot(request.getfixturevalue("go")) as depot:
            yield depot.url
        return
    if request.param == "service in TypeScript":
        async with started(request.getfixturevalue("depot_in_typescript"), PLURES_CALLERS=CALLERS) as service:
            yield service.url
        return
    peer: NodePeer = request.getfixturevalue("node")
    environment = {**os.environ, "PORT": "0", "DESCRIPTORS": str(peer.descriptors)}
    process = await asyncio.create_subprocess_exec(
        NODE, "server.mjs", cwd=peer.folder, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    port = (await asyncio.wait_for(process.stdout.readline(), 30)).split()[-1].decode()
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), 30)


@pytest.fixture
async def depot(foreign_url: str, tmp_path: Path) -> AsyncIterator[object]:
    """A Plures client of the depot that is not ours."""
    async with client_of(foreign_url, tmp_path, TOKEN) as client:
        yield client
