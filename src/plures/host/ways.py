"""How what is in a replica gets at what it asks for: clients, its data, its settings, as the placement of the moment says."""

import os
from collections.abc import Collection, Mapping
from typing import Any

from plures.application import AssembledCapability, Assembly, fill_all
from plures.contract import ContractDescription
from plures.data import Place

from .clients import Clients
from .eventing import Carrier
from .placement import Placement
from .places import place_of


class Ways:
    """The ways of one replica.

    Args:
        hosted: What is in it by now.

    Attributes:
        placement: What it hosts, and where the rest is.
        carrier: What brings events by a broker; None where nothing does.
        settings: Capability → its settings, filled.
    """

    def __init__(
        self,
        assembly: Assembly,
        placement: Placement,
        hosted: Mapping[str, AssembledCapability],
        clients: Clients,
    ) -> None:
        self._assembly, self._hosted, self._clients = assembly, hosted, clients
        self.placement = placement
        self.carrier: Carrier | None = None
        self.settings: dict[str, object] = {}

    def fill_settings(self, names: Collection[str]) -> None:
        """Raises `InvalidInput` with all that is missing or wrong."""
        asked = {name: self._assembly.capabilities[name].settings for name in names}
        self.settings |= fill_all(asked, self.placement.settings, os.environ, self.placement.folder)

    def client(self, python: type, owner: str) -> Any:
        """The client of a contract that a capability gets, or the edge; for no name, one for tests and tools."""
        contract = self._contract(python)
        # What serves an older version calls the newer one beside it, wherever others find that.
        is_beside = contract.capability == owner and bool(self._assembly.capabilities[owner].older)
        return self._clients.of(contract, is_local=is_beside or self.is_local(contract), owner=owner)

    def awaited(self, contract: ContractDescription) -> Any:
        """A client all of whose operations are awaited."""
        return self._clients.awaited(contract, is_local=self.is_local(contract))

    def deliveries_to(self, subscriber: str) -> Any:
        """A client of the operations by which a capability gets events."""
        broker = self.placement.broker
        if self.carrier is not None and broker is not None and subscriber in broker.peers:
            return self.carrier.client(subscriber)
        return self.client(self._assembly.deliveries[subscriber].python, "")

    def place(self, capability: str) -> Place:
        """Where its data is."""
        placed, data = self.placement.databases.get(capability), self.placement.data
        return place_of(capability, placed, application=self._assembly.name, data=data, variables=os.environ)

    def is_local(self, contract: ContractDescription) -> bool:
        """Whether its capability is called by reference."""
        name = contract.capability
        return name in self._hosted and name not in self.placement.endpoints

    def _contract(self, python: type) -> ContractDescription:
        contract = self._assembly.contract(python)
        if contract is None:
            message = f"application {self._assembly.name!r} has no capability for {python.__qualname__}"
            raise LookupError(message)
        return contract
