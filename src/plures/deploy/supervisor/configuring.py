"""What each replica of ours is told to be, by the plan of the moment."""

from collections.abc import Callable

from plures.access import Issued
from plures.deploy.channel import Configure, import_path
from plures.deploy.placing import is_scaled, placement_of, tls_peers
from plures.host import Placement
from plures.topology import Plan, Settings

from .addresses import Addresses, ReplicaName
from .answering import Answering
from .options import SupervisorOptions
from .scaling import EVERY_S


class Configuring:
    """Read anew each time: the plan, its tokens and the addresses may change.

    Args:
        plan: Gives the one of the moment.
        issued: Gives its tokens.
        context_keys: By which the processes sign request contexts for one another.
    """

    def __init__(
        self,
        plan: Callable[[], Plan],
        issued: Callable[[], Issued],
        *,
        addresses: Addresses,
        answering: Answering,
        settings: Settings,
        options: SupervisorOptions,
        context_keys: tuple[str, ...],
    ) -> None:
        self._plan, self._issued, self._addresses, self._answering = plan, issued, addresses, answering
        self._settings, self._options, self._context_keys = settings, options, context_keys

    def placement(self, name: ReplicaName, *, leads: bool | None = True) -> Placement:
        """What a replica hosts, and where it finds the rest."""
        processes = self._plan().processes
        process = processes[name.process]
        return placement_of(
            process,
            self._settings,
            self._options.mode,
            self._answering.endpoints_for(process),
            self._issued().access[process.name],
            faults=self._options.faults,
            peers=tls_peers(processes.values()) | self._addresses.processes_at,
            outside=self._answering.capabilities_of(lambda it: it.external is not None),
            ours=self._answering.capabilities_of(lambda it: it.ours),
            context_keys=self._context_keys,
            leads=leads,
            replica=name.number,
        )

    def configure(self, name: ReplicaName, *, leads: bool) -> Configure:
        """The first message to a replica."""
        process = self._plan().processes[name.process]
        public = self._addresses.public if process.edge else None
        # The place of a run that began in one process has none.
        peer = self._addresses.peers.get(name)
        return Configure(
            application=self._settings.application,
            import_path=import_path(),
            placement=self.placement(name, leads=True if leads else None),
            control_descriptor=self._addresses.control[name].socket.fileno(),
            peer_descriptor=None if peer is None else peer.socket.fileno(),
            public_descriptor=None if public is None else public.socket.fileno(),
            grace_s=self._options.grace_s,
            name=str(name),
            logs=self._settings.logs,
            tells_every_s=EVERY_S if is_scaled(process) else 0.0,
        )
