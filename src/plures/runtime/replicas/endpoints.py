"""Which replica of a capability to call: of two drawn at random the one that is likely to answer sooner.

Those that refused lately come last. One that got no call through for a while is left out, then tried with one call; at most half of
the replicas are left out so. One that hangs is never called.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from random import Random
from time import monotonic
from typing import Final

from plures.runtime.policy import Policy

from .endpoint import Endpoint

_DOWN_S: Final = 1.0
_LONGEST_S: Final = 60.0
_JITTER: Final = 0.5


class Endpoints:
    """The addresses at which replicas of one capability are ready."""

    def __init__(self, random: Random, policy: Policy | None = None) -> None:
        self.random = random
        self.policy = policy or Policy()
        self._by_url: dict[str, Endpoint] = {}
        self.known: Sequence[Endpoint] = ()
        self._changed: asyncio.Event | None = None

    @classmethod
    def fixed(cls, *urls: str, policy: Policy | None = None) -> "Endpoints":
        """Endpoints that never change."""
        endpoints = cls(Random(), policy)  # noqa: S311 - it spreads load, it keeps no secret
        endpoints.update(urls)
        return endpoints

    def update(self, urls: Iterable[str]) -> None:
        """Replace the addresses; an endpoint that stays keeps what is known of it."""
        self._by_url = {url: self._by_url.get(url) or Endpoint(url) for url in urls}
        self.known = tuple(self._by_url.values())
        self.change()

    def choose(self, tried: Sequence[Endpoint]) -> Endpoint | None:
        """The endpoint to call next; None when all were tried, or those that were not hang."""
        known = self.known
        if not tried and len(known) == 1 and not known[0].is_hung:
            return known[0]
        untried = [each for each in known if not each.is_hung and each not in tried]
        if len(untried) <= 1:
            return untried[0] if untried else None
        now = monotonic()
        for each in untried:
            if each.ejections and each.ejected_until <= now:
                # One call tries it. Where that call tells nothing, since its caller has gone, another one does after the same time.
                each.is_probed = True
                self._leave_out(each, now)
                return each
        fine = [each for each in untried if each.down_until <= now and not each.ejections] or untried
        one = self.random.choice(fine)
        # Another one: of two replicas, the worse would get a fourth of the calls else.
        others = [each for each in fine if each is not one]
        if not others:
            return one
        other = self.random.choice(others)
        return one if one.load(now) <= other.load(now) else other

    @staticmethod
    def refused(endpoint: Endpoint) -> None:
        """Prefer others for a while: this endpoint took no call."""
        endpoint.down_until = monotonic() + _DOWN_S

    def failed(self, endpoint: Endpoint) -> None:
        """A call got no answer there. After several in a row the endpoint is left out, unless too many are already."""
        endpoint.failures += 1
        endpoint.punish()
        limit = self.policy.failures_in_a_row
        if endpoint.ejections:
            if endpoint.is_probed:
                self._eject(endpoint)
            return
        if not limit or endpoint.failures < limit:
            return
        if 2 * (sum(1 for each in self.known if each.ejections) + 1) <= len(self.known):
            self._eject(endpoint)

    def has_hung(self) -> bool:
        """Whether one of them hangs."""
        return any(each.is_hung for each in self.known)

    def change(self) -> None:
        """What is known has changed: wake those that wait for it."""
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def changed(self, within_s: float) -> None:
        """Return when something has changed, or the time is over."""
        self._changed = self._changed or asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._changed.wait()

    def _eject(self, endpoint: Endpoint) -> None:
        endpoint.ejections += 1
        endpoint.is_probed = False
        self._leave_out(endpoint, monotonic())

    def _leave_out(self, endpoint: Endpoint, now: float) -> None:
        longest = min(2.0 ** (endpoint.ejections - 1), _LONGEST_S)
        endpoint.ejected_until = now + longest * self.random.uniform(1 - _JITTER, 1 + _JITTER)
