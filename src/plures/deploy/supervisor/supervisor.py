"""Runs the processes of a plan on this machine: starts them in order, keeps them alive, tells them of each other, stops them.

It binds every socket once and only passes descriptors on. So an address outlives the replica behind it, and what arrives while one
replica hands over to the next waits in the socket's queue.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from functools import partial

from plures.access import Minted, admitting, issue
from plures.deploy.channel import EndpointUrls
from plures.deploy.errors import NoSuchReplica, ReplicaDied
from plures.deploy.placing import ignored_maxima, listen_addresses
from plures.deploy.waiting import cancelled, in_order, together
from plures.runtime import new_key
from plures.topology import Plan, Settings

from .addresses import Addresses, ReplicaName, may_have, replica_names
from .answering import Answering
from .backoff import Backoff
from .children import Child, Command, ProcessContext, ReplicaProcess, Told
from .configuring import Configuring
from .leading import Leading
from .logs import Lines, output_lines
from .options import Own, SupervisorOptions
from .scaling import Scaling
from .slot import Slot, SlotRules
from .starting import preloading
from .sweeping import watch_sockets

OWN_NAME = "plures"


class Supervisor:
    """One run of a plan, from `start` to `stop`, which may become another one.

    Attributes:
        scaling: Gives processes as many replicas as they need.
    """

    def __init__(
        self, plan: Plan, settings: Settings, options: SupervisorOptions, lines: Lines, own: Own | None = None
    ) -> None:
        """Bind all sockets, and make the tokens of the run; nothing runs yet.

        Args:
            own: What runs in this process already: the only replica of the plan.

        Raises what `listen_addresses`, `issue` and `Addresses` raise.
        """
        self.plan = plan
        wanted = listen_addresses(settings)
        # Made once: a process that starts again keeps its tokens.
        self._own = own
        self._minted = Minted() if own is None else own.minted
        self.issued = issue(plan, os.environ, self._minted)
        self.addresses = Addresses(plan, wanted, None if own is None else own.process.served)
        self._settings = settings
        self._options = options
        self._lines = lines
        self.context_keys = (new_key(),) if own is None else own.context_keys
        self._number = 0
        self._is_edge_open = False
        self._leading = Leading(self._of)
        self._watching: asyncio.Task[None] | None = None
        self._slots: dict[ReplicaName, Slot] = {}
        self._answering = Answering(lambda: self.plan, self.addresses, lambda: self.issued, self._slots)
        self._configuring = Configuring(
            lambda: self.plan,
            lambda: self.issued,
            addresses=self.addresses, answering=self._answering, settings=settings, options=options, context_keys=self.context_keys,
        )  # fmt: skip
        self._slots |= {name: self._slot(name) for name in replica_names(plan)}
        self._unstarted: set[ReplicaName] = set()
        self._preloading = preloading(lambda: self.plan, settings, options, lines, partial(self.say, OWN_NAME))
        self.scaling = Scaling(self, self.say)

    async def start(self) -> None:
        """Start all processes, each after those that it needs. Raises PluresError, and then nothing runs."""
        for sentence in () if self._own else (*self.addresses.moves(), *ignored_maxima(self.plan.processes.values())):
            self.say(OWN_NAME, sentence)
        try:
            await in_order(self.plan.needs, self._start_process)
            self._open_edge()
            watching = watch_sockets(self.addresses, partial(self.say, OWN_NAME), self._tell_all)
            self._watching = asyncio.create_task(watching, name="watching Unix sockets")
            self.scaling.begin(self.plan.processes.values())
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything without losing a request: first the edge, then each process before those that it needs."""
        await self.scaling.end()
        await cancelled(self._watching)
        await asyncio.gather(*(slot.give_up() for slot in self._slots.values()))
        self.addresses.close_public()
        await asyncio.gather(*(slot.close_edge() for slot in self._slots.values()))
        for group in reversed(self.plan.layers):
            names = [name for name in self._slots if name.process in group]
            for name in names:
                self.addresses.close_control(name)
            await asyncio.gather(*(self._slots[name].stop() for name in names))
        await self._leading.close()
        await self._preloading.close()
        self.addresses.close()

    def hurry(self) -> None:
        """Kill everything. `stop` is still to be awaited."""
        for slot in self._slots.values():
            slot.kill()

    async def restart(self, process: str) -> None:
        """Replace the replicas of a process, one after the other, without losing a request. They import everything anew."""
        await self.renew()
        for slot in self._of(process):
            await slot.restart()

    async def renew(self) -> None:
        """Let what starts from now on import everything anew."""
        await self._preloading.renew()

    async def stop_process(self, process: str) -> None:
        """Stop all replicas of one process; they stay away until `restart`."""
        await asyncio.gather(*(slot.stop() for slot in self._of(process)))

    def follow(self, plan: Plan) -> None:
        """Take another plan for what is to run. What starts, or is turned, from now on is what it says; the rest stays what it is.

        Raises what `issue` and `Addresses.add` raise, and then the plan is as it was.
        """
        issued = issue(plan, os.environ, self._minted)
        self.addresses.bind(plan)
        self.plan, self.issued = plan, issued
        for name in replica_names(plan):
            if name not in self._slots:
                self._slots[name] = self._slot(name)
                self._unstarted.add(name)

    async def add(self) -> None:
        """Start the replicas of the plan that have not been started yet. Raises PluresError."""
        # One after the other: all at once would take the processors from those that answer meanwhile.
        for name in sorted(self._unstarted):
            await self._slots[name].start()
            self._unstarted.discard(name)

    def admit(self, plan: Plan) -> None:
        """Let replicas that start, or are turned, take calls also of those who may call them by another plan."""
        self.issued = admitting(self.issued, issue(plan, os.environ, self._minted))

    async def trim(self, plan: Plan) -> None:
        """Stop the replicas that another plan may not have, and give back what they had."""
        names = [name for name in self._slots if not may_have(plan, name)]
        await together(self._slots[name].stop() for name in names)
        for name in names:
            self.forget_slot(name)

    async def turn(self, process: str) -> None:
        """Let the replicas of a process be what the plan says. Raises ReplicaFailed, or ReplicaDied where one died or none is there."""
        if self.plan.processes[process].ours:
            if not (children := [*self._children(process)]):
                raise ReplicaDied(process, "ended")
            await together(child.become(self._configuring.placement(name)) for name, child in children)

    async def let_go(self, process: str, capability: str, within_s: float) -> None:
        """Let the replicas of a process end a capability, whose calls wait until they are turned. Raises the same."""
        await together(child.let_go({capability}, within_s) for _, child in self._children(process))

    def kill(self, process: str, replica: int = 1) -> None:
        """Kill one replica, as a crash would."""
        if (name := ReplicaName(process, replica)) not in self._slots:
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

    def _slot(self, name: ReplicaName) -> Slot:
        def rules() -> SlotRules:
            process = self.plan.processes[name.process]
            return SlotRules(
                start_limit_s=self._options.start_limit_s,
                overlapping=not process.exclusive and process.command is None,
                address_outlives_child=process.command is None,
            )

        process = self.plan.processes[name.process]
        folder = self._settings.folder.absolute()
        context = ProcessContext(
            str(name), output_lines(self._lines), process.environment, self._options.grace_s, folder, process.withheld
        )

        async def spawn() -> Child:
            process = self.plan.processes[name.process]
            if self._own is not None and name == self._own.name and self._slots[name].is_new:
                self._leading.joined(process.name, self._own.process, leads=self._leading.claim(process.name))
                return self._own.process
            if process.command is not None:
                address, access = self.addresses.of_command(name), self.issued.access[process.name]
                urls, told_at = self._answering.fixed_urls(process), self.addresses.of_telemetry
                told = Told(address, urls, access, process.capabilities, self._settings, told_at)
                return await Command.start(context, process.command, told)
            leads = self._leading.claim(process.name)
            try:
                configure = self._configuring.configure(name, leads=leads)
                replica = await ReplicaProcess.start(context, self._preloading.start, configure)
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

    def _children(self, process: str) -> Iterator[tuple[ReplicaName, Child]]:
        for name, slot in self._slots.items():
            if name.process == process:
                yield from ((name, child) for child in slot.alive)

    async def _start_process(self, name: str) -> None:
        if self.plan.processes[name].external is None:
            await together(slot.start() for slot in self._of(name))

    def _open_edge(self) -> None:
        """Let requests in: everything that the edge calls is ready now, also what is in a circle with its process."""
        self._is_edge_open = True
        for slot in self._slots.values():
            slot.open_edge()

    def slots_of(self, process: str) -> dict[ReplicaName, Slot]:
        """The replicas of a process now, by number."""
        return {name: slot for name, slot in sorted(self._slots.items()) if name.process == process}

    def add_slot(self, name: ReplicaName) -> Slot:
        """A further replica, which does not run yet."""
        self.addresses.add(name)
        return self._slots.setdefault(name, self._slot(name))

    def forget_slot(self, name: ReplicaName) -> None:
        """Give up the place of a replica that has stopped."""
        self._slots.pop(name, None)
        self._unstarted.discard(name)
        self.addresses.forget(name)

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
