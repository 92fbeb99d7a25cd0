"""Does what was seen agree with what was computed?"""

from dataclasses import dataclass

from plures.isolation.fates import Fate


@dataclass(frozen=True)
class Verdict:
    """One request while something was dead.

    Attributes:
        name: What was asked for.
        unit: What it is about.
        computed: The worst that was computed.
        seen: The worst that was seen.
        why: What was seen, in words.
        asked: How often it was asked.
        failed: How often it failed.
    """

    name: str
    unit: str
    computed: Fate
    seen: Fate
    why: str = ""
    asked: int = 0
    failed: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing worse was seen than was computed. What code handles itself may end in any way."""
        return self.computed >= Fate.HANDLED or self.seen <= self.computed

    @property
    def is_better(self) -> bool:
        """Whether the request did not need what was dead, though its route or operation may."""
        return self.agrees and self.seen < self.computed and self.computed is not Fate.HANDLED
