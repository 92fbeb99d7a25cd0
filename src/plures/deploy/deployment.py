"""Puts a topology onto this machine: one process where one is enough, else local processes."""

import asyncio
import sys
from dataclasses import dataclass
from typing import TextIO

from plures.application import Assembly
from plures.host import Mode, Placement
from plures.topology import Address, ResolvedProcess, ResolvedTopology, Settings

from .plan import plan
from .process_setup import new_event_loop
from .serving import CONTROL_PORT, PUBLIC_PORT, ListenAddress, ListenAddresses, one_process
from .supervisor import SupervisorOptions, Work, supervise


@dataclass(frozen=True)
class Deployment:
    """What to run: an assembled application, the topology that it was checked against, and the settings of both."""

    assembly: Assembly
    topology: ResolvedTopology
    settings: Settings
    mode: Mode = Mode.PRODUCTION


def run(deployment: Deployment, stream: TextIO | None = None) -> int:
    """Run until SIGINT or SIGTERM, then stop without losing a request. The exit status: 0, or 130 when hurried.

    Args:
        stream: Where addresses, and with several processes their logs, are written; standard error when left out.

    Raises:
        PluresError: A port is taken, or something cannot start; nothing is left running then.
    """
    output = stream if stream is not None else sys.stderr
    alone = only_process(deployment.topology)
    wished = listen_addresses(deployment.settings)
    if alone is not None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(_one_process(deployment, alone, wished, output))
    the_plan = plan(deployment.topology, deployment.assembly.facts)
    work = Work(deployment.settings.application, deployment.settings.data, deployment.mode)
    return asyncio.run(supervise(the_plan, work, SupervisorOptions(addresses=wished), output))


def only_process(topology: ResolvedTopology) -> ResolvedProcess | None:
    """The process that this machine runs, when it is one replica of one process of ours; None when a supervisor is needed."""
    here = [process for process in topology.processes.values() if process.external is None]
    alone = len(here) == 1 and here[0].command is None and here[0].replicas.min == 1 and not here[0].environment
    return here[0] if alone else None


def listen_addresses(settings: Settings) -> ListenAddresses:
    """The listeners of the settings. The default ports may be moved from when they are taken, others may not."""
    public, control = settings.public, settings.control
    return ListenAddresses(
        public=ListenAddress(public.host, _exact(public, PUBLIC_PORT), PUBLIC_PORT),
        control_host=control.host,
        control_port=_exact(control, CONTROL_PORT),
    )


def placement(deployment: Deployment, process: ResolvedProcess) -> Placement:
    """What one process hosts when all others are external."""
    return Placement(
        capabilities=frozenset(process.capabilities),
        edge=process.edge,
        data=deployment.settings.data,
        mode=deployment.mode,
        endpoints={
            capability: (other.external,)
            for other in deployment.topology.processes.values()
            if other.external is not None
            for capability in other.capabilities
        },
    )


def _exact(address: Address, default: int) -> int | None:
    return None if address.port == default else address.port


async def _one_process(
    deployment: Deployment, process: ResolvedProcess, wished: ListenAddresses, stream: TextIO
) -> int:
    def say(line: str) -> None:
        print(line, file=stream, flush=True)

    return await one_process(deployment.assembly, placement(deployment, process), wished, say=say)
