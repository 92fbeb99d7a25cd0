"""Runs the processes of a plan on this machine: starts them in order, keeps them alive, tells them of each other, stops them.

It binds every socket once and only passes descriptors on. So an address outlives the replica behind it, and what arrives while one
replica hands over to the next waits in the socket's queue.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from plures.access import issue
from plures.deploy.channel import Configure, EndpointUrls, import_path
from plures.deploy.errors import NoSuchReplica
from plures.deploy.placing import ignored_maxima, is_scaled, listen_addresses, placement_of, tls_peers
from plures.deploy.waiting import in_order, together
from plures.host import Fault, Mode
from plures.runtime import new_key
from plures.topology import Plan, ResolvedProcess, Settings

from .addresses import Addresses, ReplicaName, replica_names
from .answering import Answering
from .backoff import Backoff, BackoffPolicy
from .child import Child, ProcessContext
from .command import Command
from .leading import Leading
from .logs import Lines, output_lines
from .replica_process import ReplicaProcess
from .scaling import EVERY_S, ScaledSlots, Scaler
from .slot import Slot, SlotRules
from .variables import Told

OWN_NAME = "plures"
_LOOK_AGAIN_S = 1.0
"""How often the supervisor looks whether the Unix sockets are still there."""


class SupervisorOptions(msgspec.Struct, frozen=True):
    """How the processes are run.

    Attributes:
        mode: How calls within a process are made.
        faults: What goes wrong on demand.
        start_limit_s: Most time from the start of a replica until it is ready.
        grace_s: Most time for requests in flight when a replica stops.
        replica: The program that runs one replica; the descriptor of its channel is added. `-P`: files in the current folder must
            not hide modules of the standard library from it.
    """

    mode: Mode = Mode.PRODUCTION
    faults: tuple[Fault, ...] = ()
    start_limit_s: float = 60.0
    grace_s: float = 30.0
    backoff: BackoffPolicy = msgspec.field(default_factory=BackoffPolicy)
    replica: tuple[str, ...] = (sys.executable, "-P", "-m", "plures.deploy.replica")


class Supervisor:
    """One run of one plan, from `start` to `stop`."""

    def __init__(self, plan: Plan, settings: Settings, options: SupervisorOptions, lines: Lines) -> None:
        """Bind all sockets, and make the tokens of the run; nothing runs yet.

        Raises what `listen_addresses`, `issue` and `Addresses` raise.
        """
        self.plan = plan
        wanted = listen_addresses(settings)
        # Made once: a process that starts again keeps its tokens.
        self.issued = issue(plan, os.environ)
        self.addresses = Addresses(plan, wanted)
        self._settings = settings
        self._options = options
        self._lines = lines
        self.context_keys = (new_key(),)
        self._number = 0
        self._is_edge_open = False
        self._leading = Leading(self._of)
        self._watching: asyncio.Task[None] | None = None
        self._slots: dict[ReplicaName, Slot] = {}
        self._slots |= {name: self._slot(plan.processes[name.process], name) for name in replica_names(plan)}
        self._answering = Answering(plan, self.addresses, self.issued, self._slots)
        self._scaling: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start all processes, each after those that it needs. Raises PluresError, and then nothing runs."""
        for sentence in (*self.addresses.moves(), *ignored_maxima(self.plan.processes.values())):
            self.say(OWN_NAME, sentence)
        try:
            await in_order(self.plan.needs, self._start_process)
            self._open_edge()
            self._watching = asyncio.create_task(self._watch_sockets(), name="watching Unix sockets")
            self._scale()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything without losing a request: first the edge, then each process before those that it needs."""
        watching = [*([] if self._watching is None else [self._watching]), *self._scaling]
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        await asyncio.gather(*(slot.give_up() for slot in self._slots.values()))
        self.addresses.close_public()
        await asyncio.gather(*(slot.close_edge() for slot in self._slots.values()))
        for group in reversed(self.plan.layers):
            names = [name for name in self._slots if name.process in group]
            for name in names:
                self.addresses.close_control(name)
            await asyncio.gather(*(self._slots[name].stop() for name in names))
        await self._leading.close()
        self.addresses.close()

    def hurry(self) -> None:
        """Kill everything. `stop` is still to be awaited."""
        for slot in self._slots.values():
            slot.kill()

    async def restart(self, process: str) -> None:
        """Replace the replicas of a process, one after the other, without losing a request."""
        for slot in self._of(process):
            await slot.restart()

    async def stop_process(self, process: str) -> None:
        """Stop all replicas of one process; they stay away until `restart`."""
        await asyncio.gather(*(slot.stop() for slot in self._of(process)))

    def kill(self, process: str, replica: int = 1) -> None:
        """Kill one replica, as a crash would."""
        name = ReplicaName(process, replica)
        if name not in self._slots:
            raise self._unknown(f"replica {name}")
        self._slots[name].kill()

    @property
    def endpoints(self) -> EndpointUrls:
        """Capability → base URLs of the replicas that are ready now."""
        return self._answering.endpoints

    @property
    def homes(self) -> EndpointUrls:
        """Capability → base URLs of the replicas that there always are. They stay the same from start to stop."""
        return self._answering.homes

    @property
    def tokens(self) -> Mapping[str, str]:
        """Base URL → the token with which tools call the process there."""
        return self._answering.tokens

    @property
    def pids(self) -> Mapping[str, int]:
        """Replica (`search.1`) → process number; those that are not running now are left out."""
        return {str(name): slot.pid for name, slot in self._slots.items() if slot.pid is not None}

    def say(self, source: str, text: str) -> None:
        """Write something of the supervisor's own into the log."""
        for line in text.splitlines():
            self._lines.write(source, line)

    def _slot(self, process: ResolvedProcess, name: ReplicaName) -> Slot:
        rules = SlotRules(
            start_limit_s=self._options.start_limit_s,
            overlapping=not process.exclusive and process.command is None,
            address_outlives_child=process.command is None,
        )
        folder = self._settings.folder.absolute()
        context = ProcessContext(
            str(name), output_lines(self._lines), process.environment, self._options.grace_s, folder, process.withheld
        )

        async def spawn() -> Child:
            if process.command is not None:
                address, access = self.addresses.of_command(name), self.issued.access[process.name]
                urls, told_at = self._answering.fixed_urls(process), self.addresses.of_telemetry
                told = Told(address, urls, access, process.capabilities, self._settings, told_at)
                return await Command.start(context, process.command, told)
            leads = self._leading.claim(process.name)
            try:
                configure = self._configure(process, name, leads=leads)
                replica = await ReplicaProcess.start(context, self._options.replica, configure)
            except BaseException:
                if leads:
                    self._leading.give_back(process.name)
                raise
            self._leading.joined(process.name, replica, leads=leads)
            # Other replicas may have become ready while the process was being started.
            await replica.update(self._number, self._answering.endpoints_for(process))
            if self._is_edge_open:
                replica.open_edge()
            return replica

        backoff = Backoff(self._options.backoff)
        return Slot(str(name), spawn, rules, backoff=backoff, changed=self._tell_all, say=self.say)

    def _configure(self, process: ResolvedProcess, name: ReplicaName, *, leads: bool) -> Configure:
        public = self.addresses.public if process.edge else None
        return Configure(
            application=self._settings.application,
            import_path=import_path(),
            placement=placement_of(
                process,
                self._settings,
                self._options.mode,
                self._answering.endpoints_for(process),
                self.issued.access[process.name],
                faults=self._options.faults,
                peers=tls_peers(self.plan.processes.values()) | self.addresses.processes_at,
                outside=self._capabilities_of(lambda it: it.external is not None),
                ours=self._capabilities_of(lambda it: it.ours),
                context_keys=self.context_keys,
                leads=True if leads else None,
                replica=name.number,
            ),
            control_descriptor=self.addresses.control[name].socket.fileno(),
            peer_descriptor=self.addresses.peers[name].socket.fileno(),
            public_descriptor=None if public is None else public.socket.fileno(),
            grace_s=self._options.grace_s,
            name=str(name),
            logs=self._settings.logs,
            tells_every_s=EVERY_S if is_scaled(process) else 0.0,
        )

    def _capabilities_of(self, is_meant: Callable[[ResolvedProcess], bool]) -> frozenset[str]:
        return frozenset(name for it in self.plan.processes.values() if is_meant(it) for name in it.capabilities)

    async def _start_process(self, name: str) -> None:
        if self.plan.processes[name].external is None:
            await together(slot.start() for slot in self._of(name))

    def _open_edge(self) -> None:
        """Let requests in: everything that the edge calls is ready now, also what is in a circle with its process."""
        self._is_edge_open = True
        for slot in self._slots.values():
            slot.open_edge()

    def _scale(self) -> None:
        """Let each process have as many replicas as it needs, from now on."""
        for process in filter(is_scaled, self.plan.processes.values()):
            scaler = Scaler(process.replicas, ScaledSlots(self, process), partial(self.say, process.name))
            self._scaling.append(asyncio.create_task(scaler.run(), name=f"scaling {process.name}"))

    def slots_of(self, process: ResolvedProcess) -> dict[ReplicaName, Slot]:
        """The replicas of a process now, by number."""
        return {name: slot for name, slot in sorted(self._slots.items()) if name.process == process.name}

    def add_slot(self, process: ResolvedProcess, name: ReplicaName) -> Slot:
        """A further replica, which does not run yet."""
        self.addresses.add(name)
        slot = self._slots[name] = self._slot(process, name)
        return slot

    def forget_slot(self, name: ReplicaName) -> None:
        """Give up the place of a replica that has stopped."""
        self._slots.pop(name, None)
        self.addresses.forget(name)

    async def _watch_sockets(self) -> None:
        """Let replicas call each other by port when something removes the folder of their Unix sockets."""
        known: frozenset[ReplicaName] = frozenset()
        while True:
            await asyncio.sleep(_LOOK_AGAIN_S)
            swept = self.addresses.swept()
            if swept - known:
                names = ", ".join(map(str, sorted(swept - known)))
                self.say(
                    OWN_NAME, f"something removed the Unix sockets of {names}; their callers use the ports from now on"
                )
            if swept != known:
                known = swept
                await self._tell_all()

    async def _tell_all(self) -> None:
        self._leading.announce()
        self._number += 1
        await asyncio.gather(
            *(
                slot.update(self._number, self._answering.endpoints_for(self.plan.processes[name.process]))
                for name, slot in self._slots.items()
            )
        )

    def _of(self, process: str) -> list[Slot]:
        slots = [slot for name, slot in self._slots.items() if name.process == process]
        if not slots:
            raise self._unknown(f"process {process!r}")
        return slots

    def _unknown(self, named: str) -> NoSuchReplica:
        return NoSuchReplica(named, known=", ".join(map(str, self._slots)))
