"""What happened when: a bounded number of slots of time, from the start on."""

from dataclasses import dataclass, field
from typing import Final

from .latencies import Latencies

_MOST_SLOTS: Final = 240


@dataclass
class Slot:
    """A piece of time.

    Attributes:
        due: Journeys that were due in it.
        begun: Journeys that began in it.
        done: Requests that were answered in it.
        failed: Those that failed in it.
        most_in_flight: Journeys at once.
    """

    due: int = 0
    begun: int = 0
    done: int = 0
    failed: int = 0
    most_in_flight: int = 0
    latencies: Latencies = field(default_factory=Latencies)


class Timeline:
    """Slots of equal length.

    Args:
        seconds: How long it is meant to be; what comes later joins the last slot.

    Attributes:
        slot_s: How long a slot is: a second, or more where there would be too many.
    """

    def __init__(self, seconds: float) -> None:
        self.slot_s = max(1.0, seconds / _MOST_SLOTS)
        self.slots: list[Slot] = [Slot()]

    def at(self, second: float) -> Slot:
        """The slot of a moment after the start."""
        wanted = min(max(0, int(second / self.slot_s)), 2 * _MOST_SLOTS)
        while len(self.slots) <= wanted:
            self.slots.append(Slot())
        return self.slots[wanted]

    def lately(self, second: float, *, back_s: float = 5.0) -> Latencies:
        """What was answered in the last seconds before a moment."""
        found = Latencies()
        first = max(0, int((second - back_s) / self.slot_s))
        for slot in self.slots[first : int(second / self.slot_s) + 1]:
            found.join(slot.latencies)
        return found
