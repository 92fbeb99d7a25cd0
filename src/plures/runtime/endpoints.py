"""Which address of a capability to call: the less busy of two drawn at random, and last those that just refused.

It knows which addresses there are and how busy this process keeps them; it does not know how to reach them.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from time import monotonic
from typing import Final

_DOWN_S: Final = 1.0


class Endpoint:
    """One address of a capability, and what this process knows of it.

    Attributes:
        in_flight: Calls that this process has under way there.
        down_until: The moment until which other endpoints go first, in `time.monotonic()` seconds.
    """

    __slots__ = ("down_until", "in_flight", "url")

    def __init__(self, url: str) -> None:
        self.url = url
        self.in_flight = 0
        self.down_until = 0.0


class Endpoints:
    """The addresses at which replicas of one capability are ready."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._all: dict[str, Endpoint] = {}
        self._known: Sequence[Endpoint] = ()

    @classmethod
    def fixed(cls, *urls: str) -> "Endpoints":
        """Endpoints that never change."""
        endpoints = cls(Random())  # noqa: S311 - it spreads load, it keeps no secret
        endpoints.update(urls)
        return endpoints

    def update(self, urls: Iterable[str]) -> None:
        """Replace the addresses; an endpoint that stays keeps what is known of it."""
        self._all = {url: self._all.get(url) or Endpoint(url) for url in urls}
        self._known = tuple(self._all.values())

    def choose(self, tried: Sequence[Endpoint]) -> Endpoint | None:
        """The endpoint to call next, or None when all were tried. One that refused lately comes last, but is never left out."""
        untried = [endpoint for endpoint in self._known if endpoint not in tried] if tried else self._known
        if len(untried) == 1:
            return untried[0]
        now = monotonic()
        candidates = [endpoint for endpoint in untried if endpoint.down_until <= now] or untried
        if not candidates:
            return None
        one, other = self._random.choice(candidates), self._random.choice(candidates)
        return one if one.in_flight <= other.in_flight else other

    @staticmethod
    def refused(endpoint: Endpoint) -> None:
        """Prefer others for a while: this endpoint took no call."""
        endpoint.down_until = monotonic() + _DOWN_S


class Directory:
    """The endpoints of every capability that is hosted elsewhere."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._endpoints: dict[str, Endpoints] = {}

    def of(self, capability: str) -> Endpoints:
        """The endpoints of a capability, always the same object."""
        return self._endpoints.setdefault(capability, Endpoints(self._random))

    def update(self, addresses: Mapping[str, Iterable[str]]) -> None:
        """Replace all addresses; a capability that is not mentioned has no endpoint now."""
        for capability in self._endpoints.keys() - addresses.keys():
            self._endpoints[capability].update(())
        for capability, urls in addresses.items():
            self.of(capability).update(urls)
