"""Where the replicas of one run answer, as the supervisor tells each of those who call them."""

from collections.abc import Callable, Iterable, Mapping

from plures.access import Issued
from plures.deploy.channel import EndpointUrls
from plures.topology import Plan, ResolvedProcess

from .addresses import Addresses, ReplicaName
from .slot import Slot


class Answering:
    """What answers where, now.

    Args:
        plan: Gives the one of the moment.
        issued: Gives its tokens.
        slots: Replica → its slot; those that are scaled come and go.
    """

    def __init__(
        self,
        plan: Callable[[], Plan],
        addresses: Addresses,
        issued: Callable[[], Issued],
        slots: Mapping[ReplicaName, Slot],
    ) -> None:
        self._plan, self._addresses, self._issued, self._slots = plan, addresses, issued, slots

    @property
    def endpoints(self) -> EndpointUrls:
        """Capability → base URLs of the replicas that are ready now."""
        return self._ready_at(self._addresses.url)

    @property
    def homes(self) -> EndpointUrls:
        """Capability → base URLs of the replicas that there always are. They stay the same as long as the topology does."""
        return {
            capability: (process.external,)
            if process.external is not None
            else tuple(
                self._addresses.url(ReplicaName(process.name, number)) for number in range(1, process.replicas.min + 1)
            )
            for process in self._plan().processes.values()
            for capability in process.capabilities
        }

    @property
    def tokens(self) -> Mapping[str, str]:
        """Base URL → the token with which tools call the process there."""
        processes, homes = self._plan().processes, self.homes
        placed = ((process, homes[name]) for process in processes.values() for name in process.capabilities)
        own = ((processes[name.process], (self._addresses.url(name),)) for name in self._slots)
        tools = self._issued().tools
        return {url: tools[process.name] for process, urls in (*placed, *own) if process.name in tools for url in urls}

    def endpoints_for(self, process: ResolvedProcess) -> EndpointUrls:
        """What the replicas of a process are told: where those of the others are ready."""
        ready = self._ready_at(self._addresses.peer_url)
        return {name: urls for name, urls in ready.items() if name not in process.capabilities}

    def fixed_urls(self, caller: ResolvedProcess) -> Mapping[str, str]:
        """What a command is told, once: the address of each first replica, which stays the same across restarts."""
        return {
            capability: process.external or self._addresses.url(ReplicaName(process.name, 1))
            for process in self._plan().processes.values()
            for capability in process.capabilities
            if capability not in caller.capabilities
        }

    def capabilities_of(self, is_meant: Callable[[ResolvedProcess], bool]) -> frozenset[str]:
        """All of some processes."""
        meant = filter(is_meant, self._plan().processes.values())
        return frozenset(name for process in meant for name in process.capabilities)

    def _ready_at(self, url_of: Callable[[ReplicaName], str]) -> EndpointUrls:
        return {
            capability: tuple(self._urls(process, url_of))
            for process in self._plan().processes.values()
            for capability in process.capabilities
        }

    def _urls(self, process: ResolvedProcess, url_of: Callable[[ReplicaName], str]) -> Iterable[str]:
        if process.external is not None:
            return [process.external]
        return [url_of(name) for name, slot in self._slots.items() if name.process == process.name and slot.ready]
