"""A supervisor around stand-in replicas, and control listeners without a host: real processes, real sockets."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from plures.deploy.serving.listener import ServingOptions
from plures.deploy.serving.sockets import ListenAddress
from plures.deploy.supervisor.addresses import ListenAddresses
from plures.deploy.supervisor.backoff import BackoffPolicy
from plures.deploy.supervisor.local_processes import RunningProcesses, running
from plures.deploy.supervisor.supervisor import Supervisor, SupervisorOptions, Work
from plures.http import HttpServerProtocol
from plures.topology import ResolvedProcess

from .answering import Serve, Served
from .support import PATIENCE_S, STAND_IN, Journal, plan


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


@pytest.fixture
def supervisor(tmp_path: Path, journal: Journal) -> Callable[..., Supervisor]:
    def make(
        *processes: ResolvedProcess, needs: object = None, layers: object = None, wish: object = None, **more: object
    ) -> Supervisor:
        options = {
            "addresses": ListenAddresses(public=ListenAddress(port=0), control_port=0),
            "backoff": BackoffPolicy(first_s=0.05, most_s=0.5),
            "replica": STAND_IN,
            "grace_s": 20.0,
        }
        work = Work(json.dumps(wish or {}), tmp_path)
        return Supervisor(
            plan(*processes, needs=needs, layers=layers), work, SupervisorOptions(**(options | more)), journal
        )

    return make


@pytest.fixture
async def run(supervisor: Callable[..., Supervisor]) -> AsyncIterator[Callable[..., RunningProcesses]]:
    """Start processes; they are stopped after the test."""
    async with AsyncExitStack() as stack:

        async def start(*processes: ResolvedProcess, **more: object) -> RunningProcesses:
            return await stack.enter_async_context(running(supervisor(*processes, **more)))

        yield start


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        yield client


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Control listeners with `Answering` behind them."""
    served: list[Served] = []

    async def start(**options: Any) -> Served:
        served.append(Served(ServingOptions(http=HttpServerProtocol, **({"linger_s": 0.3, "grace_s": 20.0} | options))))
        await served[-1].listener.start()
        return served[-1]

    yield start
    for it in served:
        await it.close()
