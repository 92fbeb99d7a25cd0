"""All that one replica tells of itself."""

from collections.abc import Mapping

from plures.application import AssembledCapability, Assembly
from plures.host.clients import Clients
from plures.host.eventing import counted
from plures.host.placement import Placement
from plures.host.residents import Services
from plures.host.sagas import sagas_counted
from plures.runtime import Capacity, Directory, Gate
from plures.telemetry import Telemetry
from plures.tls import Recognising

from .board import Board
from .declared import declared
from .everywhere import Everywhere
from .figures import Figures
from .listing import listing
from .pages import Pages
from .standing import admission_told, callers_told, calls_told, places_told, policy_told, published_told


class Told:
    """What one replica tells of itself, read when it is asked for.

    Args:
        hosted: The capabilities whose services run here.
        gates: Capability → what lets calls of it in.
        directory: Where the capabilities of other processes answer.
        tls: How these are recognised; None without TLS.

    Attributes:
        edge: What lets requests to the edge in; None where it runs elsewhere.
        pages: Those about the contracts.
        figures: What its meters have counted.
        board: The dashboard.
    """

    def __init__(
        self,
        assembly: Assembly,
        placement: Placement,
        *,
        hosted: Mapping[str, AssembledCapability],
        services: Services,
        clients: Clients,
        gates: Mapping[str, Gate],
        capacity: Capacity,
        telemetry: Telemetry,
        directory: Directory,
        tls: Recognising | None,
    ) -> None:
        self._assembly, self._placement = assembly, placement
        self._hosted = hosted
        self._services, self._clients = services, clients
        self._gates, self._capacity = gates, capacity
        self.edge: Gate | None = None
        self.pages = Pages(assembly, hosted, placement.folder)
        self.figures = Figures(assembly, telemetry)
        self.board = Board(
            assembly,
            placement.data,
            placement.topologies,
            Everywhere(assembly, hosted, services, directory, outside=placement.outside, tls=tls),
        )

    async def listing(self) -> object:
        """What is asked for under `/_plures/contracts`."""
        hosted = [each for each in self._assembly.contracts if each.capability in self._hosted]
        others = [each for each in self._assembly.contracts if each.capability not in self._hosted]
        subscriptions = await counted(self._services.outboxes)
        sagas = await sagas_counted(self._services.saga_desks)
        policies = self._placement.policies
        return {
            **listing(
                self._assembly.name,
                hosted,
                others,
                subscriptions=subscriptions,
                sagas=sagas,
                outages=self._services.outages,
                policies={name: policy_told(policies, name) for name in self._assembly.capabilities},
                admissions={name: admission_told(gate) for name, gate in self._gates.items()},
            ),
            "places": places_told(self._capacity),
            "edge": None if self.edge is None else admission_told(self.edge),
            "declared": declared(self._assembly),
            "callers": callers_told(self._placement.access),
            "published": published_told(self._placement.access),
            "calls": [*calls_told(self._clients.callers, self._clients.called_here)],
        }
