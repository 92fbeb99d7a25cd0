"""Calls of one operation, or requests to one part of the edge: a slow kind does not fill the places of others."""

from typing import Final

from plures.contract import Criticality

from .limit import AdaptiveLimit

SHARES: Final = {Criticality.CRITICAL: 1.0, Criticality.NORMAL: 0.85, Criticality.SHEDDABLE: 0.6}
"""The part of a limit, or of the places of a process, that calls may fill."""


class Lane:
    """How many calls of one kind are inside, and may be.

    Attributes:
        inside: Calls under way.
    """

    __slots__ = ("_least", "_many_since", "inside", "limit")

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self.limit = AdaptiveLimit(least, most)
        self.inside = 0
        self._many_since = 0.0

    def look(self, now: float) -> None:
        """Called now and then while there is much to do."""
        if self.inside <= 2 * self._least:
            self._many_since = now
        else:
            self.limit.look(now, self.inside, self._many_since)

    def is_full(self, criticality: Criticality) -> bool:
        """Whether no call of this criticality may enter now."""
        inside = self.inside
        return inside >= self._least and inside >= self.limit.value * SHARES[criticality]
