"""Every address of one run, decided once before anything starts."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from plures.deploy.serving import (
    CONTROL_PORT,
    ListenAddress,
    ListenAddresses,
    Listening,
    ServedHost,
    folder_for_peers,
    free_port,
    listen,
    listen_for_peers,
    url,
)
from plures.topology import Plan

_CLOSED = -1


class ReplicaName(NamedTuple):
    """Process and number, counted from 1."""

    process: str
    number: int

    def __str__(self) -> str:
        return f"{self.process}.{self.number}"


class Addresses:
    """Listening sockets of our replicas and ports of commands. Bound from construction to `close`.

    Attributes:
        peers: Where our replicas call each other. Others use `control`.
    """

    def __init__(self, plan: Plan, wanted: ListenAddresses, own: ServedHost | None = None) -> None:
        """Bind all that the plan needs. Raises PortTaken, PortForbidden, AddressUnusable or PeerSocketUnusable, and then holds nothing.

        Args:
            own: The only replica of the plan, where this process is that one and listens already.
        """
        self.public: Listening | None = None
        self.control: dict[ReplicaName, Listening] = {}
        self.peers: dict[ReplicaName, Listening] = {}
        self._folder = folder_for_peers()
        # systemd-tmpfiles, which removes what is old, leaves alone what is locked.
        self._folder_lock = os.open(self._folder.name, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(self._folder_lock, fcntl.LOCK_SH)
        self._number = 0
        self._command_ports: dict[ReplicaName, tuple[str, int]] = {}
        self._next_port = wanted.control_port, CONTROL_PORT
        self._wanted = wanted
        with ExitStack() as undo:
            undo.callback(self.close)
            if own is not None:
                self.control = {name: own.control.again() for name in replica_names(plan)}
                self.public = None if own.public is None else own.public.again()
                self._go_on_after(own.control)
            elif any(process.edge and process.external is None for process in plan.processes.values()):
                self.public = listen(wanted.public)
            self.bind(plan)
            undo.pop_all()

    def bind(self, plan: Plan) -> None:
        """Bind what the replicas of a plan need that have nothing yet. Raises what the constructor raises."""
        for name in replica_names(plan):
            if plan.processes[name.process].command is None:
                if name not in self.control:
                    self._bind(name, *self._next_port)
                    self._go_on_after(self.control[name])
            elif name not in self._command_ports:
                host = self._wanted.control_host
                self._command_ports[name] = (host, free_port(host))

    def add(self, name: ReplicaName) -> None:
        """Bind any free ones for a further replica of ours. Raises what the constructor raises."""
        self._bind(name, 0, 0)

    def forget(self, name: ReplicaName) -> None:
        """Close those of a replica that has stopped."""
        self.close_control(name)
        self.control.pop(name, None)
        self._command_ports.pop(name, None)
        peer = self.peers.pop(name, None)
        if peer is not None:
            Path(peer.url.removeprefix("unix:")).unlink(missing_ok=True)

    def url(self, name: ReplicaName) -> str:
        """Where the capabilities of a replica answer."""
        return self.control[name].url if name in self.control else url(*self.of_command(name))

    @property
    def processes_at(self) -> dict[str, str]:
        """Base URL of a control listener of ours → name of its process."""
        return {listening.url: name.process for name, listening in self.control.items()}

    @property
    def of_telemetry(self) -> str:
        """Where commands send their spans: the first of our replicas, since all write into one file. Empty with TLS, which kits do not speak."""
        first = next(iter(self.control.values()), None)
        return first.url if first is not None and first.url.startswith("http:") else ""

    def peer_url(self, name: ReplicaName) -> str:
        """Where other replicas of ours call it: at its port, where it has no Unix socket or a cleaner of temporary files removed that."""
        return self.peers[name].url if name in self.peers and name not in self.swept() else self.url(name)

    def swept(self) -> frozenset[ReplicaName]:
        """Replicas of ours whose Unix sockets are no longer in their folder."""
        return frozenset(name for name, peer in self.peers.items() if not Path(peer.url.removeprefix("unix:")).exists())

    def of_command(self, name: ReplicaName) -> tuple[str, int]:
        """Host and port that a command must listen on."""
        return self._command_ports[name]

    def moves(self) -> Iterator[str]:
        """What to tell the user about ports that were taken."""
        for listening in (self.public, *list(self.control.values())[:1]):
            if listening is not None and listening.note:
                yield listening.note

    def close_public(self) -> None:
        """Close the socket here. Replicas that inherited it still have it; when they close it too, connections are refused."""
        if self.public is not None:
            self.public.close()

    def close_control(self, name: ReplicaName) -> None:
        """The same for one replica."""
        if name in self.control:
            self.control[name].close()
        if name in self.peers:
            self.peers[name].close()

    def close(self) -> None:
        self.close_public()
        for name in self.control:
            self.close_control(name)
        if self._folder_lock != _CLOSED:
            os.close(self._folder_lock)
            self._folder_lock = _CLOSED
        self._folder.cleanup()

    def _go_on_after(self, last: Listening) -> None:
        """Only the first port is one that the user named."""
        if self._wanted.control_port != 0:
            self._next_port = None, last.port + 1

    def _bind(self, name: ReplicaName, port: int | None, default: int) -> None:
        bound = listen(ListenAddress(self._wanted.control_host, port, default))
        self.control[name] = bound.sealed() if self._wanted.is_sealed else bound
        # By number: the path of a Unix socket must be short.
        self.peers[name] = listen_for_peers(Path(self._folder.name, str(self._number)))
        self._number += 1


def replica_names(plan: Plan) -> Iterator[ReplicaName]:
    """All replicas that the supervisor starts, ours and commands, in the order of the topology."""
    for process in plan.processes.values():
        if process.external is None:
            yield from (ReplicaName(process.name, number) for number in range(1, process.replicas.min + 1))


def may_have(plan: Plan, name: ReplicaName) -> bool:
    """Whether a plan may have a replica of this name here; those beyond the least are there while the load needs them."""
    process = plan.processes.get(name.process)
    return process is not None and process.external is None and name.number <= process.replicas.max
