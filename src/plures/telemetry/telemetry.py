"""What one process measures and notes: the meters of all subjects, and the recorder that they share."""

from collections.abc import Callable, Mapping

from .measuring import Meter
from .tracing import Part, Rate, Recorder, Subject


class Telemetry:
    """The telemetry of one process.

    Args:
        rate: How many requests are drawn, of each operation that is not named.
        rates: Operation, as in `search/Find`, or route → the same.

    Attributes:
        meters: One for each subject and side, in the order in which they were asked for.
        sinks: What is given the parts of traces that are kept, by what takes them from the recorder, in its thread.
    """

    def __init__(self, rate: Rate | None = None, rates: Mapping[str, Rate] | None = None) -> None:
        self._rate = rate or Rate()
        self._rates = rates or {}
        self.recorder = Recorder()
        self.meters: list[Meter] = []
        self.sinks: list[Callable[[list[Part]], None]] = []

    def meter(self, subject: Subject) -> Meter:
        """A new meter, so that each client may have its own; those of one subject are added up by who reads them."""
        meter = Meter(subject, self.recorder, self._rates.get(subject.name, self._rate))
        self.meters.append(meter)
        return meter

    def judge(self) -> None:
        """Learn anew of each operation what is slow; now and then."""
        for meter in self.meters:
            meter.judge()
