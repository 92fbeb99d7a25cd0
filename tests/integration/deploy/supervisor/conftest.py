"""A supervisor around stand-in replicas: real processes, real sockets."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from plures.deploy.supervisor.backoff import BackoffPolicy
from plures.deploy.supervisor.local_processes import RunningProcesses, running
from plures.deploy.supervisor.supervisor import Supervisor, SupervisorOptions
from plures.topology import ResolvedProcess
from tests.integration.deploy.support import Journal

from .plans import plan, settings_for

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_replica.py")))


@pytest.fixture
def supervisor(tmp_path: Path, journal: Journal) -> Callable[..., Supervisor]:
    def make(
        *processes: ResolvedProcess,
        needs: dict[str, str] | None = None,
        layers: list[str] | None = None,
        script: object = None,
        **more: Any,
    ) -> Supervisor:
        options: dict[str, Any] = {
            "backoff": BackoffPolicy(first_s=0.05, most_s=0.5),
            "replica": STAND_IN,
            "grace_s": 20.0,
        }
        the_plan = plan(*processes, needs=needs, layers=layers)
        return Supervisor(the_plan, settings_for(script, tmp_path), SupervisorOptions(**(options | more)), journal)

    return make


@pytest.fixture
async def run(supervisor: Callable[..., Supervisor]) -> AsyncIterator[Callable[..., RunningProcesses]]:
    """Start processes; they are stopped after the test."""
    async with AsyncExitStack() as stack:

        async def start(*processes: ResolvedProcess, **more: object) -> RunningProcesses:
            return await stack.enter_async_context(running(supervisor(*processes, **more)))

        yield start
