"""Puts a topology onto this machine: one process where one is enough, else local processes."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, suppress
from dataclasses import replace
from typing import TextIO

import msgspec

from plures.access import Issued, issue
from plures.application import Assembly, fill_all
from plures.errors import InvalidInput, Violation
from plures.host import Fault, Mode
from plures.logs import json_line
from plures.runtime import new_key
from plures.tls import names_of
from plures.topology import ResolvedProcess, ResolvedTopology, Settings, make_plan

from .placing import external_endpoints, listen_addresses, only_process, placement_of, tls_peers
from .process_setup import new_event_loop
from .run_file import Run, published
from .serving import ServedHost, one_process
from .supervisor import RunningProcesses, Say, SupervisorOptions, supervise


class Deployment(msgspec.Struct, frozen=True):
    """What to run: an assembled application, the topology that it was checked against, and the settings of both.

    Attributes:
        beside: What runs in the same process while the application does, where one process is enough.
    """

    assembly: Assembly
    topology: ResolvedTopology
    settings: Settings
    mode: Mode = Mode.PRODUCTION
    faults: tuple[Fault, ...] = ()
    beside: Callable[[ServedHost], AbstractAsyncContextManager[None]] | None = None


def run(deployment: Deployment, stream: TextIO | None = None) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP, then stop without losing a request. The exit status: 0, or 130 when a second SIGINT or SIGTERM came.

    Args:
        stream: Where addresses, and with several processes their logs, are written; standard error when left out.

    Raises:
        PluresError: A port is taken, or something cannot start; nothing is left running then.
    """
    output = stream if stream is not None else sys.stderr
    alone = only_process(deployment.topology)
    if alone is not None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(_one_process(deployment, alone, output))
    return asyncio.run(_local_processes(deployment, output))


async def _one_process(deployment: Deployment, process: ResolvedProcess, stream: TextIO) -> int:
    is_json = deployment.settings.logs.format == "json"

    def say(line: str) -> None:
        # The terminal may be closed, the reader of a pipe gone, the disk full: no reason to stop serving, or to stop badly.
        with suppress(OSError, ValueError):
            print(json_line(line, logger="plures", process=process.name) if is_json else line, file=stream, flush=True)

    endpoints = external_endpoints(deployment.topology)
    addresses = listen_addresses(deployment.settings)
    issued = issue(make_plan(deployment.topology, deployment.assembly.facts), os.environ)
    keys = (new_key(),)
    placement = placement_of(
        process,
        deployment.settings,
        deployment.mode,
        endpoints,
        issued.access[process.name],
        faults=deployment.faults,
        peers=tls_peers(deployment.topology.processes.values()),
        outside=frozenset(endpoints),
        context_keys=keys,
    )

    def publish(served: ServedHost) -> AbstractContextManager[None]:
        at = (served.control_url,)
        capabilities = dict.fromkeys(process.capabilities, at) | endpoints
        run = Run(
            deployment.assembly.name,
            at,
            capabilities,
            served.public_url,
            token=issued.token,
            tokens=_tokens_at(deployment.topology, issued, capabilities)
            | {served.control_url: issued.tools[process.name]},
            context_key=keys[0],
        )
        return published(placement.data, _trusting(run, deployment, {served.control_url: process.name}), say)

    limit_s = deployment.settings.logs.blocked_loop_s
    return await one_process(
        deployment.assembly,
        placement,
        addresses,
        say=say,
        publish=publish,
        blocked_loop_s=limit_s,
        beside=deployment.beside,
    )


async def _local_processes(deployment: Deployment, stream: TextIO) -> int:
    def publish(processes: RunningProcesses, say: Say) -> AbstractContextManager[None]:
        run = Run(
            deployment.assembly.name,
            processes.control_urls,
            processes.homes,
            processes.public_url,
            token=processes.token,
            tokens=processes.tokens,
            context_key=processes.context_keys[0],
        )
        return published(deployment.settings.data, _trusting(run, deployment, processes.processes_at), say)

    _check_settings(deployment)
    plan = make_plan(deployment.topology, deployment.assembly.facts)
    options = SupervisorOptions(mode=deployment.mode, faults=deployment.faults)
    return await supervise(plan, deployment.settings, options, stream, publish=publish)


def _check_settings(deployment: Deployment) -> None:
    """Raise what is missing or wrong in the settings of any process, before one of them starts."""
    violations: list[Violation] = []
    for process in deployment.topology.processes.values():
        if process.ours:
            try:
                variables = {**os.environ, **process.environment}
                asked = {name: deployment.assembly.capabilities[name].settings for name in process.capabilities}
                fill_all(asked, process.settings, variables, process.folder)
            except InvalidInput as error:
                violations += error.violations
    if violations:
        raise InvalidInput("The configuration", violations)


def _trusting(run: Run, deployment: Deployment, here: Mapping[str, str]) -> Run:
    """The same with how tools recognise its processes by TLS, where it is spoken."""
    tls = deployment.settings.tls
    if tls is None:
        return run
    peers = tls_peers(deployment.topology.processes.values()) | dict(here)
    return replace(run, trust=str(tls.trusted.absolute()), peers=names_of(peers, run.application))


def _tokens_at(
    topology: ResolvedTopology, issued: Issued, capabilities: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Base URL → the token of the tools there."""
    homes = topology.homes
    return {
        url: issued.tools[homes[name]]
        for name, urls in capabilities.items()
        if homes[name] in issued.tools
        for url in urls
    }
