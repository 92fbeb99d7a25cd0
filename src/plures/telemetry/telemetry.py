"""What one process measures and notes: the meters of all subjects, and the recorder that they share."""

from collections.abc import Callable, Mapping

from .measuring import Meter
from .tracing import Draw, Part, Rate, Recorder, Subject


class Telemetry:
    """The telemetry of one process.

    Args:
        rate: How many requests are drawn, of each operation that is not named.
        rates: Operation, as in `search/Find`, or kind of requests to the edge, as in `GET /product` → the same.

    Attributes:
        rates: The same.
        meters: One for each subject and side, in the order in which they were asked for.
        sinks: What is given the parts of traces that are kept, by what takes them from the recorder, in its thread.
        unsent: What could not be sent by OTLP, as in `spans` → how many.
    """

    def __init__(self, rate: Rate | None = None, rates: Mapping[str, Rate] | None = None) -> None:
        self._rate = rate or Rate()
        self.rates = rates or {}
        self.recorder = Recorder()
        self.meters: list[Meter] = []
        self.sinks: list[Callable[[list[Part]], None]] = []
        self.unsent: dict[str, int] = {}

    def meter(self, subject: Subject) -> Meter:
        """A new meter, so that each client may have its own; those of one subject are added up by who reads them."""
        meter = Meter(subject, self.recorder, self.rate_of(subject.name))
        self.meters.append(meter)
        return meter

    def rate_of(self, name: str) -> Rate:
        """How many are drawn of an operation, or of a kind of requests to the edge as in `GET /product`."""
        return self.rates.get(name, self._rate)

    def draw(self, name: str = "") -> Draw:
        """What decides of the requests of one kind; with no name, of those that are not named."""
        return Draw(self.rate_of(name), self.recorder)

    def judge(self) -> None:
        """Learn anew of each operation what is slow; now and then."""
        for meter in self.meters:
            meter.judge()
