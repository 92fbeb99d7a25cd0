"""Local processes: a topology as processes of this machine, under one supervisor."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    nullcontext,
)
from functools import partial
from pathlib import Path
from typing import TextIO, TypeAlias

from msgspec.structs import replace

from plures.access import Access
from plures.application import assemble, load
from plures.deploy.channel import EndpointUrls
from plures.deploy.serving import shutdown_signals
from plures.deploy.waiting import first
from plures.topology import Address, ApplicationFacts, Plan, ResolvedTopology, Settings, Topology, check, make_plan

from .addresses import replica_names
from .changes import Applied
from .logs import JsonLines, Lines, PrefixedLines
from .options import SupervisorOptions
from .supervisor import OWN_NAME, Supervisor

_ANY_FREE_PORT = Address("127.0.0.1", 0)
Say: TypeAlias = Callable[[str], None]


class RunningProcesses:
    """What a test, or a script, can see of running processes and do to them."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @property
    def endpoints(self) -> EndpointUrls:
        """Capability → base URLs of the replicas that are ready now."""
        return self._supervisor.endpoints

    @property
    def public_url(self) -> str | None:
        """Where the edge answers; None when the application has none here."""
        public = self._supervisor.addresses.public
        return None if public is None else public.url

    @property
    def homes(self) -> EndpointUrls:
        """Capability → base URLs of all its replicas, ready or not. They stay the same from start to stop."""
        return self._supervisor.homes

    @property
    def control_urls(self) -> tuple[str, ...]:
        """Where the control listeners of our replicas answer."""
        return tuple(listening.url for listening in self._supervisor.addresses.control.values())

    @property
    def processes_at(self) -> Mapping[str, str]:
        """Base URL of a control listener of ours → name of its process."""
        return self._supervisor.addresses.processes_at

    @property
    def context_keys(self) -> tuple[str, ...]:
        """By which the processes sign request contexts for one another."""
        return self._supervisor.context_keys

    @property
    def token(self) -> str:
        """What a person shows any process of the application to be let in."""
        return self._supervisor.issued.token

    @property
    def tokens(self) -> Mapping[str, str]:
        """Base URL → the token with which tools call the process there."""
        return self._supervisor.tokens

    @property
    def access(self) -> Access:
        """The tokens with which a host that runs beside these processes may call all of them."""
        tokens = self.tokens
        return Access(tokens={name: tokens[at[0]] for name, at in self.homes.items() if at and at[0] in tokens})

    @property
    def pids(self) -> Mapping[str, int]:
        """Replica (`search.1`) → process number, of those that run now."""
        return self._supervisor.pids

    def kill(self, process: str, replica: int = 1) -> None:
        """Kill one replica with SIGKILL, as a crash would: it starts again after a pause."""
        self._supervisor.kill(process, replica)

    async def restart(self, process: str) -> None:
        """Replace the replicas of a process, one after the other, without losing a request."""
        await self._supervisor.restart(process)

    async def stop(self, process: str) -> None:
        """Stop all replicas of one process; they stay away until `restart`."""
        await self._supervisor.stop_process(process)

    def changing(self, topology: ResolvedTopology, facts: ApplicationFacts) -> Applied:
        """What can make them those of another topology.

        Args:
            topology: What they are now.
        """
        return Applied(self._supervisor, topology, facts)


@asynccontextmanager
async def local_processes(
    topology: Topology,
    application: str,
    *,
    data: Path,
    options: SupervisorOptions | None = None,
    lines: Lines | None = None,
    edge: bool = True,
    elsewhere: frozenset[str] = frozenset(),
) -> AsyncGenerator[RunningProcesses]:
    """Run an application as processes while the context lasts, on any free ports. Installs no signal handlers.

    Args:
        application: Import string, `package.module:name`.
        lines: Where the log goes; standard error when left out.
        edge: Whether the edge runs too.
        elsewhere: Capabilities that the caller hosts itself. The processes do not call them.

    Raises:
        PluresError: The application or the topology is wrong, or a process cannot start; nothing is left running then.
    """
    facts = assemble(load(application)).facts
    facts = facts if edge else replace(facts, has_edge=False, edge_needs=facts.edge_needs - elsewhere)
    here = {name: each for name, each in facts.capabilities.items() if name not in elsewhere}
    facts = replace(
        facts, capabilities={name: replace(each, needs=each.needs - elsewhere) for name, each in here.items()}
    )
    plan = make_plan(check(topology, facts), facts)
    settings = Settings(application, data, _ANY_FREE_PORT, _ANY_FREE_PORT, {topology.name: topology})
    supervisor = Supervisor(plan, settings, options or SupervisorOptions(), lines or log_of(plan, sys.stderr))
    async with running(supervisor) as processes:
        yield processes


@asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncGenerator[RunningProcesses]:
    """Start, and stop again on leaving, whatever happens in between."""
    await supervisor.start()
    try:
        yield RunningProcesses(supervisor)
    finally:
        await asyncio.shield(asyncio.ensure_future(supervisor.stop()))


def _not_published(_: RunningProcesses, __: Say) -> AbstractContextManager[object]:
    return nullcontext()


def _no_orders(_: RunningProcesses, __: Say) -> AbstractAsyncContextManager[object]:
    return nullcontext()


async def supervise(
    plan: Plan,
    settings: Settings,
    options: SupervisorOptions,
    stream: TextIO,
    *,
    publish: Callable[[RunningProcesses, Say], AbstractContextManager[object]] = _not_published,
    take_orders: Callable[[RunningProcesses, Say], AbstractAsyncContextManager[object]] = _no_orders,
) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP, then stop without losing a request; a second SIGINT or SIGTERM kills. The exit status.

    Args:
        publish: Entered once everything answers, left at the end.
        take_orders: Entered then, and left before anything stops.

    Raises:
        PluresError: A port is taken, or a process cannot start; nothing is left running then.
    """
    with shutdown_signals() as signals, ExitStack() as to_the_end:
        supervisor = Supervisor(plan, settings, options, log_of(plan, stream, settings.logs.format))
        signals.on_forced(supervisor.hurry)
        await first(supervisor.start(), signals.requested.wait())
        if not signals.requested.is_set():
            processes, say = RunningProcesses(supervisor), partial(supervisor.say, OWN_NAME)
            to_the_end.enter_context(publish(processes, say))
            async with take_orders(processes, say):
                for line in _welcome(supervisor):
                    say(line)
                await signals.requested.wait()
            supervisor.say(OWN_NAME, "stopping: requests in flight are answered first; press Ctrl-C again to kill")
        await supervisor.stop()
        return signals.status


def log_of(plan: Plan, stream: TextIO, format_: str = "text") -> Lines:
    """The output of all replicas of a plan, on one stream."""
    if format_ == "json":
        return JsonLines(stream)
    return PrefixedLines(stream, (OWN_NAME, *map(str, replica_names(plan))))


def _welcome(supervisor: Supervisor) -> Iterator[str]:
    if supervisor.addresses.public is not None:
        yield f"the application: {supervisor.addresses.public.url}"
    for name in supervisor.addresses.control:
        yield f"health, contracts and calls of {name}: {supervisor.addresses.url(name)}"
