"""Which replica of a capability to call: the less busy of two drawn at random, leaving out those that just refused."""

from collections.abc import Iterable, Mapping
from random import Random
from time import monotonic
from typing import Final

_DOWN_S: Final = 1.0


class Replica:
    """One address of a capability."""

    __slots__ = ("down_until", "in_flight", "url")

    def __init__(self, url: str) -> None:
        self.url = url
        self.in_flight = 0
        self.down_until = 0.0


class Replicas:
    """The replicas of one capability that are known to be ready."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._all: dict[str, Replica] = {}

    @classmethod
    def fixed(cls, *urls: str) -> "Replicas":
        """Replicas that never change."""
        replicas = cls(Random())  # noqa: S311 - it spreads load, it keeps no secret
        replicas.update(urls)
        return replicas

    def update(self, urls: Iterable[str]) -> None:
        """Replace the addresses; a replica that stays keeps what is known of it."""
        self._all = {url: self._all.get(url) or Replica(url) for url in urls}

    def choose(self, tried: Iterable[Replica]) -> Replica | None:
        """A replica to call next, or None when all were tried. One that refused lately comes last, but never is left out."""
        untried = [replica for replica in self._all.values() if replica not in tried]
        if len(untried) == 1:
            return untried[0]
        now = monotonic()
        candidates = [replica for replica in untried if replica.down_until <= now] or untried
        if not candidates:
            return None
        one, other = self._random.choice(candidates), self._random.choice(candidates)
        return one if one.in_flight <= other.in_flight else other

    @staticmethod
    def refused(replica: Replica) -> None:
        """The replica could not be reached: prefer others for a while."""
        replica.down_until = monotonic() + _DOWN_S


class Directory:
    """The addresses of every capability that is hosted elsewhere."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._replicas: dict[str, Replicas] = {}

    def of(self, capability: str) -> Replicas:
        """The replicas of a capability; the object stays the same for good."""
        return self._replicas.setdefault(capability, Replicas(self._random))

    def update(self, endpoints: Mapping[str, Iterable[str]]) -> None:
        """Replace all addresses; a capability that is not mentioned has no replica now."""
        for capability in self._replicas.keys() - endpoints.keys():
            self._replicas[capability].update(())
        for capability, urls in endpoints.items():
            self.of(capability).update(urls)
