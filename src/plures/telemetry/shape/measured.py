"""What traces have of each operation: calls, how long they took, what of that was the way, and what the end waited for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from .shape import awaited_in, shape_of

if TYPE_CHECKING:
    from plures.telemetry.store import SpanRead


@dataclass
class Measure:
    """One operation, in some traces. Times are in microseconds.

    Attributes:
        lasted: Of each call, as its caller saw it.
        remote: Calls that went over a wire.
        way: Of those whose both sides are known: what the caller waited for longer than the callee worked.
        faults: Calls that failed otherwise than by a declared error.
        path: What the ends of the traces waited for it, together.
    """

    lasted: list[int] = field(default_factory=list[int])
    remote: int = 0
    way: list[int] = field(default_factory=list[int])
    faults: int = 0
    path: int = 0


@dataclass
class Measured:
    """Some traces.

    Attributes:
        lasted: Of each trace, in microseconds.
        by_name: Operation, route or event → what they have of it.
        processes: Of all of them.
    """

    lasted: list[int] = field(default_factory=list[int])
    by_name: dict[str, Measure] = field(default_factory=lambda: defaultdict(Measure))
    processes: set[str] = field(default_factory=set[str])

    @property
    def many(self) -> int:
        """How many traces there are."""
        return len(self.lasted)


def measured(traces: "Iterable[Sequence[SpanRead]]") -> Measured:
    """What these traces have; those without a span count as none."""
    found = Measured()
    for spans in traces:
        if spans:
            _add(found, spans)
    return found


def middle(values: Sequence[int]) -> float | None:
    """The one in the middle; None of nothing."""
    return median(values) if values else None


def _add(found: Measured, spans: "Sequence[SpanRead]") -> None:
    ended = [span.began + span.lasted for span in spans]
    shaped = shape_of(
        [span.id for span in spans],
        [span.parent for span in spans],
        [span.began for span in spans],
        ended,
        awaited_in(span.attributes for span in spans),
    )
    roots = [place for place, above in enumerate(shaped.above) if above < 0]
    # What was published goes on after the answer; the trace is as long as its first request was.
    found.lasted.append(spans[min(roots, key=lambda place: spans[place].began)].lasted)
    for place, span in enumerate(spans):
        found.processes.add(span.process)
        measure = found.by_name[span.name]
        above = shaped.above[place]
        if span.kind == "server" and above >= 0 and spans[above].kind == "client":
            # The other side of a call that is counted there.
            measure.way.append(max(0, spans[above].lasted - span.lasted))
            continue
        measure.lasted.append(span.lasted)
        measure.remote += span.kind == "client"
        measure.faults += span.code.islower()
    for stretch in shaped.critical:
        found.by_name[spans[stretch.span].name].path += stretch.ended - stretch.began
