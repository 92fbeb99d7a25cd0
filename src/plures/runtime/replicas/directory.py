"""The endpoints of every capability that is hosted elsewhere."""

from collections.abc import Iterable, Mapping
from random import Random

from plures.runtime.policy import Policy

from .endpoints import Endpoints
from .heartbeats import Heartbeats


class Directory:
    """Knows where each capability answers, as it is told.

    Args:
        policies: What calls of a capability are subject to, where it is not the default.
    """

    def __init__(
        self, random: Random, heartbeats: Heartbeats | None = None, policies: Mapping[str, Policy] | None = None
    ) -> None:
        self._random = random
        self._policies = policies or {}
        self._endpoints: dict[str, Endpoints] = {}
        self.heartbeats = heartbeats

    def of(self, capability: str) -> Endpoints:
        """The endpoints of a capability, always the same object."""
        endpoints = self._endpoints.get(capability)
        if endpoints is None:
            endpoints = self._endpoints[capability] = Endpoints(self._random, self._policies.get(capability))
            if self.heartbeats is not None:
                self.heartbeats.of(endpoints)
        return endpoints

    def update(self, addresses: Mapping[str, Iterable[str]]) -> None:
        """Replace all addresses; a capability that is not mentioned has no endpoint now."""
        for capability in self._endpoints.keys() - addresses.keys():
            self._endpoints[capability].update(())
        for capability, urls in addresses.items():
            self.of(capability).update(urls)
