"""What is counted while a load runs. All of it is bounded, however long that is."""

from .counts import MOST_STEPS, Counts, JourneyCount, Slow, StepCount, note
from .latencies import Latencies
from .timeline import Slot, Timeline

__all__ = ["MOST_STEPS", "Counts", "JourneyCount", "Latencies", "Slot", "Slow", "StepCount", "Timeline", "note"]
