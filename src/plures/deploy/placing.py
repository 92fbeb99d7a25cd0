"""The topology in the terms of this machine: which process runs alone, what it hosts, where it listens."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from socket import gethostname
from typing import Final

from plures.access import Access
from plures.application import Assembly
from plures.host import Fault, Mode, Placement
from plures.topology import (
    PUBLIC,
    Address,
    PlacedTelemetry,
    PlacedTls,
    Process,
    ResolvedProcess,
    ResolvedTopology,
    Settings,
    Topology,
)

from .errors import ControlUnprotected
from .serving import CONTROL_PORT, PUBLIC_PORT, ListenAddress, ListenAddresses

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def only_process(topology: ResolvedTopology) -> ResolvedProcess | None:
    """The process of ours that needs no supervisor: it is the only one here and has one replica. None when there is no such."""
    here = [process for process in topology.processes.values() if process.external is None]
    alone = len(here) == 1 and here[0].command is None and here[0].replicas.max == 1 and not here[0].environment
    return here[0] if alone else None


def process_name(topology: ResolvedTopology) -> str:
    """What the process that runs a topology is called in its log."""
    alone = only_process(topology)
    return "plures" if alone is None else alone.name


def one_each(assembly: Assembly) -> Topology:
    """The topology in which each capability has a process of its own, and so has the edge, with those that share its tables."""
    sharing = tuple(name for name, capability in assembly.capabilities.items() if capability.shared_tables)
    processes = [Process(name, (name,)) for name in assembly.capabilities if name not in sharing]
    if assembly.edge is not None:
        processes.append(Process("edge", sharing, edge=True))
    elif sharing:
        processes.append(Process("shared", sharing))
    return Topology("one-each", tuple(processes))


def placement_of(
    process: ResolvedProcess,
    settings: Settings,
    mode: Mode,
    endpoints: Mapping[str, tuple[str, ...]],
    access: Access,
    *,
    faults: tuple[Fault, ...] = (),
    peers: Mapping[str, str] | None = None,
    outside: frozenset[str] = frozenset(),
    ours: frozenset[str] = frozenset(),
    context_keys: tuple[str, ...] = (),
    leads: bool | None = True,
    replica: int = 1,
) -> Placement:
    """What each replica of a process hosts.

    Args:
        endpoints: Base URLs of the capabilities that other processes host.
        access: Who may call it, and how it calls others.
        faults: What goes wrong on demand.
        peers: Base URL → which process answers there by TLS.
        outside: Capabilities of external processes.
        ours: Capabilities of other processes that run this application too.
        context_keys: Those of the run.
        leads: Whether the replica does what one of its process does; None where it is told later.
        replica: The number of the replica, from 1.
    """
    return Placement(
        frozenset(process.capabilities),
        process.edge,
        settings.data,
        mode,
        endpoints,
        names=(*_host_name(settings.control), *settings.names),
        public_names=settings.public_names,
        databases=process.databases,
        broker=process.broker,
        policies=process.policies,
        faults=faults,
        tls=_placed_tls(process.name, settings, peers or {}),
        outside=outside,
        ours=ours,
        context_keys=context_keys,
        access=access,
        replicas=process.replicas.min,
        leads=leads,
        settings=process.settings,
        folder=process.folder,
        topologies=(*settings.topologies,),
        usage=settings.data,
        telemetry=PlacedTelemetry(settings.data, process.name, replica, settings.telemetry),
    )


def external_endpoints(topology: ResolvedTopology) -> dict[str, tuple[str, ...]]:
    """Where the capabilities answer that run elsewhere."""
    return {
        capability: (process.external,)
        for process in topology.processes.values()
        if process.external is not None
        for capability in process.capabilities
    }


def is_encrypted(settings: Settings) -> bool:
    """Whether other machines reach the control listener by TLS alone."""
    return settings.tls is not None


def tls_peers(processes: Iterable[ResolvedProcess]) -> dict[str, str]:
    """Base URL → which process must answer there by its certificate, of those that run elsewhere and are no public servers."""
    return {
        process.external: process.peer or process.name
        for process in processes
        if process.external is not None and process.external.startswith("https:") and process.peer != PUBLIC
    }


def _placed_tls(process: str, settings: Settings, peers: Mapping[str, str]) -> PlacedTls | None:
    if settings.tls is None:
        return None
    own = () if settings.control.host in {"0.0.0.0", "::"} else (settings.control.host,)
    return PlacedTls(settings.tls, process, (*own, *settings.names, *_LOOPBACK, gethostname()), peers)


def listen_addresses(settings: Settings) -> ListenAddresses:
    """The listeners of the settings. A default port that is taken may move to another; a port that the user named may not.

    Raises:
        ControlUnprotected: Other machines could read the tokens of calls on their way.
    """
    public, control = settings.public, settings.control
    if not (control.is_loopback or is_encrypted(settings)):
        raise ControlUnprotected(str(control))
    return ListenAddresses(
        public=ListenAddress(public.host, _exact(public, PUBLIC_PORT), PUBLIC_PORT),
        control_host=control.host,
        control_port=_exact(control, CONTROL_PORT),
        is_sealed=is_encrypted(settings),
    )


def is_scaled(process: ResolvedProcess) -> bool:
    """Whether it has as many replicas as its load needs."""
    return process.ours and process.replicas.max > process.replicas.min


def ignored_maxima(processes: Iterable[ResolvedProcess]) -> Iterator[str]:
    """What to tell the user about commands that may have more replicas: what they do is not measured."""
    for process in processes:
        few, many = process.replicas.min, process.replicas.max
        if many > few and process.command is not None:
            count = f"{few} replica{'s' if few != 1 else ''}"
            yield f"{process.name} runs {count}; max = {many} has no effect on a command, which does not say how busy it is"


def _host_name(address: Address) -> tuple[str, ...]:
    """The name that an address to listen on has in the settings; none where it is a number, which its socket knows as well."""
    try:
        ip_address(address.host)
    except ValueError:
        return (address.host,)
    return ()


def _exact(address: Address, default: int) -> int | None:
    return None if address.port == default else address.port
