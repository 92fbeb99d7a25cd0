"""Puts a topology onto this machine: one process where one is enough, else local processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import time
from typing import TextIO

import msgspec

from plures.access import Issued, Minted, issue
from plures.application import Assembly, fill_all
from plures.errors import InvalidInput, Violation
from plures.host import Fault, Mode
from plures.logs import json_line
from plures.runtime import new_key
from plures.tls import names_of
from plures.topology import ApplicationFacts, Plan, ResolvedProcess, ResolvedTopology, Settings, make_plan

from .operating import Operated, operated
from .orders import ProcessShown, ReplicaShown, Shown
from .placing import external_endpoints, listen_addresses, only_process, placement_of, tls_peers
from .process_setup import new_event_loop
from .run_file import Publication, Run, name_of
from .serving import OnForced, ServedHost, one_process
from .supervisor import (
    Applied,
    Own,
    OwnProcess,
    ReplicaName,
    RunningProcesses,
    Say,
    Supervisor,
    SupervisorOptions,
    log_of,
    shown,
    supervise,
)


class Deployment(msgspec.Struct, frozen=True):
    """What to run: an assembled application, the topology that it was checked against, and the settings of both.

    Attributes:
        beside: What runs in the same process while the application does, where one process is enough.
        named: Gives a topology of plures.toml as it is written there now, for an application that is so, or as it was assembled here; None
            where what runs stays as it is.
        also: Where a run is looked for besides its data folder.
        leave: Asks the run to end, as a signal does.
    """

    assembly: Assembly
    topology: ResolvedTopology
    settings: Settings
    mode: Mode = Mode.PRODUCTION
    faults: tuple[Fault, ...] = ()
    beside: Callable[[ServedHost], AbstractAsyncContextManager[None]] | None = None
    named: Callable[[str, ApplicationFacts | None], ResolvedTopology] | None = None
    also: Path | None = None
    leave: Callable[[], None] = lambda: os.kill(os.getpid(), signal.SIGTERM)


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
    plan, minted, keys = make_plan(deployment.topology, deployment.assembly.facts), Minted(), (new_key(),)
    issued = issue(plan, os.environ, minted)
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
    publication, began = Publication(placement.data, say, deployment.also), time()

    def run_of(served: ServedHost) -> Run:
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
            topology=deployment.topology.name,
            data=name_of(placement.data),
            began=began,
        )
        return _trusting(run, deployment, {served.control_url: process.name})

    @asynccontextmanager
    async def take_orders(served: ServedHost, on_forced: OnForced) -> AsyncGenerator[None]:
        grown: list[Supervisor] = []
        changing: list[Applied] = []

        async def change() -> Applied:
            if not grown:
                own = Own(ReplicaName(process.name, 1), OwnProcess(served), minted, keys)
                options, lines = _options(deployment), log_of(plan, stream, deployment.settings.logs.format)
                supervisor = Supervisor(plan, deployment.settings, options, lines, own)
                await supervisor.start()
                on_forced(supervisor.hurry)
                grown.append(supervisor)
                changing.append(Applied(supervisor, deployment.topology, deployment.assembly.facts))
            return changing[0]

        def publish(orders: Path | None) -> None:
            run = _run_of(deployment, RunningProcesses(grown[0]), began, changing[0]) if grown else run_of(served)
            publication.say(replace(run, orders=str(orders or "")))

        def show() -> Shown:
            return shown(grown[0]) if grown else _alone(process, served, began)

        try:
            run = _operated(deployment, lambda: grown[0].plan if grown else plan, show, change)
            async with operated(run, say=say, publish=publish):
                yield
        finally:
            for supervisor in grown:
                await supervisor.stop()

    limit_s = deployment.settings.logs.blocked_loop_s
    return await one_process(
        deployment.assembly,
        placement,
        listen_addresses(deployment.settings),
        say=say,
        publish=lambda served: publication.during(run_of(served)),
        blocked_loop_s=limit_s,
        beside=deployment.beside,
        take_orders=take_orders,
    )


async def _local_processes(deployment: Deployment, stream: TextIO) -> int:
    publications: list[Publication] = []
    began = time()

    def publish(processes: RunningProcesses, say: Say) -> AbstractContextManager[None]:
        publications.append(Publication(deployment.settings.data, say, deployment.also))
        return publications[0].during(_run_of(deployment, processes, began))

    @asynccontextmanager
    async def take_orders(processes: RunningProcesses, say: Say) -> AsyncGenerator[None]:
        applied = processes.changing(deployment.topology, deployment.assembly.facts)

        async def change() -> Applied:
            return applied

        def publish_again(orders: Path | None) -> None:
            publications[0].say(replace(_run_of(deployment, processes, began, applied), orders=str(orders or "")))

        supervisor = applied.supervisor
        run = _operated(deployment, lambda: supervisor.plan, lambda: shown(supervisor), change)
        async with operated(run, say=say, publish=publish_again):
            yield

    _check_settings(deployment, deployment.topology)
    plan = make_plan(deployment.topology, deployment.assembly.facts)
    settings, options = deployment.settings, _options(deployment)
    return await supervise(plan, settings, options, stream, publish=publish, take_orders=take_orders)


def _options(deployment: Deployment) -> SupervisorOptions:
    return SupervisorOptions(mode=deployment.mode, faults=deployment.faults)


def _operated(
    deployment: Deployment,
    plan: Callable[[], Plan],
    show: Callable[[], Shown],
    changing: Callable[[], Awaitable[Applied]],
) -> Operated:
    """What the run can be told."""
    named = deployment.named

    def startable(name: str, facts: ApplicationFacts | None) -> ResolvedTopology:
        assert named is not None  # noqa: S101 - it is given where there is one
        topology = named(name, facts)
        _check_settings(deployment, topology)
        return topology

    application = deployment.settings.application
    return Operated(plan, show, changing, deployment.leave, None if named is None else startable, application)


def _alone(process: ResolvedProcess, served: ServedHost, began: float) -> Shown:
    """A run in one process, which has no supervisor."""
    replica = ReplicaShown(f"{process.name}.1", "ready", began, pid=os.getpid(), url=served.control_url)
    return Shown((ProcessShown(process.name, process.capabilities, process.edge, (replica,)),))


def _run_of(deployment: Deployment, processes: RunningProcesses, began: float, applied: Applied | None = None) -> Run:
    run = Run(
        deployment.assembly.name,
        processes.control_urls,
        processes.homes,
        processes.public_url,
        token=processes.token,
        tokens=processes.tokens,
        context_key=processes.context_keys[0],
        topology=(applied or deployment).topology.name,
        data=name_of(deployment.settings.data),
        began=began,
    )
    return _trusting(run, deployment, processes.processes_at)


def _check_settings(deployment: Deployment, topology: ResolvedTopology) -> None:
    """Raise what is missing or wrong in the settings of any process, before one of them starts."""
    violations: list[Violation] = []
    for process in topology.processes.values():
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
