"""Runs services as the topology says: in this process, or some of them in processes of their own."""

import asyncio
import ctypes
import json
import logging
import os
import shlex
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from plures.deploy import (
    ListenAddress,
    Listener,
    ServedHost,
    ServingOptions,
    allow_files,
    free_port,
    freeze_gc,
    listen,
    new_event_loop,
    shutdown_signals,
)
from plures.logs import InCall, LogSettings, set_up_logs
from plures.runtime import call_in_progress
from plures.topology import Process, Service, Settings, Topology

from .calls import Elsewhere
from .clashes import check_clashes
from .front import front
from .own import current
from .placing import place_services
from .running import RunningServices, Together, running_services

_PORTS: Final = "PLURES_SERVICE_PORTS"
_M_TRIM_THRESHOLD: Final = -1
_MOST_FREE_BYTES: Final = 256 * 1024
_LOOPBACK: Final = "127.0.0.1"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Placed:
    """The services of a topology.

    Attributes:
        processes: Process → its services.
    """

    settings: Settings
    topology: Topology
    processes: Mapping[str, tuple[Service, ...]]

    @property
    def is_together(self) -> bool:
        """Whether one process runs everything."""
        return len(self.topology.processes) == 1


def placed_services(settings: Settings, topology: str) -> Placed:
    """Place the services, and look for what does not go together.

    Raises:
        InvalidInput: With all that is wrong with the placement, or all clashes of services in one process.
    """
    chosen = settings.topology(topology)
    placed = Placed(settings, chosen, place_services(chosen, settings.services))
    check_clashes(placed.processes)
    return placed


def log_by_service(settings: LogSettings, process: str = "") -> None:
    """Write the log to standard error; each line says which service it is of."""

    def about() -> InCall:
        found = call_in_progress()
        return found if found.capability else found._replace(capability=current())

    set_up_logs(settings, about, process)
    make = logging.getLogRecordFactory()

    def named(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        service = current()
        # The modules of a service are named after it where others have such modules as well.
        if service is not None and not record.name.startswith(f"{service}:"):
            record.name = f"{service}:{record.name}"
        return record

    logging.setLogRecordFactory(named)


def as_commands(placed: Placed, file: Path) -> Settings:
    """The settings with a command in place of each process of services, so that the supervisor runs them."""
    ports = {name: free_port(_LOOPBACK) for name in placed.processes}
    processes = tuple(_command(process, placed, file, ports) for process in placed.topology.processes)
    topology = replace(placed.topology, processes=processes)
    topologies = {**placed.settings.topologies, topology.name: topology}
    return msgspec.structs.replace(placed.settings, topologies=topologies, services={})


def _command(process: Process, placed: Placed, file: Path, ports: Mapping[str, int]) -> Process:
    if process.name not in placed.processes:
        return process
    words = (sys.executable, "-P", "-m", "plures.rescue", str(file.absolute()), placed.topology.name, process.name)
    environment = {**process.environment, _PORTS: json.dumps(ports)}
    return msgspec.structs.replace(process, command=shlex.join(words), environment=environment, services=())


def run_together(placed: Placed, say: Say) -> int:
    """Run all services in this process until SIGINT, SIGTERM or SIGHUP. The exit status.

    Raises:
        PluresError: One of them cannot start; nothing is left running then.
    """
    services = tuple(service for mine in placed.processes.values() for service in mine)
    return _run(Together(services), say)


def run_child(placed: Placed, process: str, say: Say) -> int:
    """Run the services of one process, where its supervisor says; the others are reached where theirs are."""
    ports: Mapping[str, int] = json.loads(os.environ[_PORTS])
    mine = placed.processes[process]
    together = Together(mine, elsewhere=_elsewhere(placed, ports, process))
    return _run(together, say, ports=(int(os.environ["PORT"]), ports[process]))


def _run(together: Together, say: Say, ports: tuple[int, ...] = ()) -> int:
    _give_memory_back()
    if len(together.services) == 1:
        # Alone it has the current folder that it always had.
        os.chdir(together.services[0].folder)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_serve(together, say, ports))


def beside_host(placed: Placed, say: Say) -> Callable[[ServedHost], AbstractAsyncContextManager[None]]:
    """Run all services beside the host of an application, whose edge they reach by its addresses."""

    @asynccontextmanager
    async def beside(served: ServedHost) -> AsyncGenerator[None]:
        edge = served.host.public
        services = tuple(service for mine in placed.processes.values() for service in mine)
        together = Together(services, beside={} if edge is None else dict.fromkeys(placed.settings.addresses, edge))
        async with running_services(together) as running:
            for line in _welcome(together, running):
                say(line)
            yield

    return beside


def _elsewhere(placed: Placed, ports: Mapping[str, int], process: str) -> dict[str, Elsewhere]:
    found = {
        address: Elsewhere(_LOOPBACK, ports[name])
        for name, services in placed.processes.items()
        if name != process
        for service in services
        for address in service.addresses
    }
    public = placed.settings.public
    return found | dict.fromkeys(placed.settings.addresses, Elsewhere(public.host, public.port))


async def _serve(together: Together, say: Say, ports: tuple[int, ...] = ()) -> int:
    allow_files()
    with shutdown_signals() as signals:
        running: RunningServices
        async with running_services(together) as running, _fronts(together, running, ports):
            freeze_gc()
            for line in _welcome(together, running):
                say(line)
            await signals.requested.wait()
            say("stopping: requests in flight are answered first; press Ctrl-C again to cut them off")
        return signals.status


@asynccontextmanager
async def _fronts(together: Together, running: RunningServices, ports: tuple[int, ...]) -> AsyncGenerator[None]:
    """Answer at ports for all services of this process, by the Host header."""
    answering: Any = front(together.services, running)
    listeners = [
        Listener(
            answering, listen(ListenAddress(_LOOPBACK, port)).socket, ServingOptions(websockets=True, names_server=True)
        )
        for port in ports
    ]
    try:
        for listener in listeners:
            await listener.start()
        yield
    finally:
        await asyncio.gather(*(listener.stop() for listener in listeners))


def _give_memory_back() -> None:
    """Let the C library return what is free at the end of its heap. By itself it keeps up to 64 MiB of what all services took while they started."""
    if sys.platform == "linux":
        # The library of other systems has no such function, musl among them.
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_M_TRIM_THRESHOLD, _MOST_FREE_BYTES)


def _welcome(together: Together, running: RunningServices) -> Iterator[str]:
    names = ", ".join(service.name for service in together.services)
    yield f"{len(together.services)} service{'s' if len(together.services) != 1 else ''} in this process: {names}"
    for name, listening in running.listening.items():
        yield f"{name}: {listening.url}"
