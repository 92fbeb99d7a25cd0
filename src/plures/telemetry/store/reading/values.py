"""What reading gives. Times are whole microseconds since 1970, durations microseconds; ids of traces are 32 hexadecimal digits."""

from collections.abc import Mapping

from msgspec import Struct, field


class TraceLine(Struct, frozen=True):
    """A trace in a list.

    Attributes:
        number: Traces are numbered in the order in which they were kept; lists go on before one.
        name: Of the span that began first, as kind, capability and code are.
        kept_for: `drawn`, `failed`, `slow`, `elsewhere`.
        processes: That took part, as in `search.1`.
    """

    number: int
    id: str
    began: int
    lasted: int
    name: str
    kind: str
    capability: str
    code: str
    spans: int
    faults: int
    kept_for: str
    processes: tuple[str, ...]


class SpanRead(Struct, frozen=True, gc=False):
    """A span.

    Attributes:
        id: 64 bits, unsigned, as `parent` is; 0 for no parent.
        process: As in `search.1`.
        attributes: JSON; empty for none.
        after: The id of the span that had ended last when it ended, in the same task or before that was begun; 0 where that is not known.
        task: In which task it ended; 0 where that is not known.
    """

    id: int
    parent: int
    kind: str
    name: str
    capability: str
    caller: str
    placement: str
    contract: str
    process: str
    began: int
    lasted: int
    code: str
    attributes: str
    after: int = 0
    task: int = 0


class SpanColumns(Struct, frozen=True):
    """Spans in the order of their beginning, each attribute in a list of its own: tens of thousands of spans are few objects.

    Attributes:
        subjects: Kind, name, capability, caller, placement and contract of each subject; `subject` has indexes of it.
        processes: As in `search.1`; `process` has indexes of it.
        id: 64 bits, unsigned, as `parent` is; 0 for no parent.
    """

    subjects: list[tuple[str, str, str, str, str, str]]
    processes: list[str]
    id: list[int]
    parent: list[int]
    subject: list[int]
    process: list[int]
    began: list[int]
    lasted: list[int]
    code: list[str]
    attributes: list[str]
    after: list[int]
    task: list[int]

    @property
    def spans(self) -> tuple[SpanRead, ...]:
        """The same, each by itself."""
        about = [self.subjects[each] for each in self.subject]
        where = [self.processes[each] for each in self.process]
        ends = (self.began, self.lasted, self.code, self.attributes, self.after, self.task)
        rest = (self.id, self.parent, about, where, *ends)
        return tuple(SpanRead(id_, above, *of, *more) for id_, above, of, *more in zip(*rest, strict=True))


class LogRead(Struct, frozen=True):
    """A line of the log.

    Attributes:
        id: Lines are numbered in the order in which they were written, and no number is used again.
        level: As in `logging`.
        trace: Empty where it belongs to none.
        span: 0 where it belongs to none.
        fields: JSON; empty for nothing.
    """

    id: int
    at: int
    process: str
    level: int
    logger: str
    message: str
    trace: str
    span: int
    capability: str
    fields: str


class TraceRead(Struct, frozen=True):
    """A whole trace.

    Attributes:
        columns: Of spans, at most so many as were asked for. `line.spans` is how many there are.
        logs: The same, in the order in which they were written.
        logs_total: How many lines there are.
    """

    line: TraceLine
    columns: SpanColumns
    logs: tuple[LogRead, ...]
    logs_total: int

    @property
    def spans(self) -> tuple[SpanRead, ...]:
        """The same spans, each by itself."""
        return self.columns.spans


class Figures(Struct, frozen=True):
    """What was measured of a subject, or of several together.

    Attributes:
        name: Empty where operations are taken together, as is `contract`.
        calls: Those that ended.
        codes: Code → calls that ended with it.
        buckets: As in `plures.telemetry.Buckets`.
        p50_us: What half of all calls took at most; None where there were none.
        in_flight: Lately.
    """

    kind: str
    name: str
    capability: str
    caller: str
    placement: str
    contract: str
    calls: int
    faults: int
    seconds: float
    p50_us: int | None
    p99_us: int | None
    sent_bytes: int
    received_bytes: int
    in_flight: int
    codes: Mapping[str, int] = field(default_factory=dict[str, int])
    buckets: Mapping[int, int] = field(default_factory=dict[int, int])


class SeriesPoint(Struct, frozen=True):
    """What was measured in the time from `at`; see `Figures`."""

    at: int
    calls: int
    faults: int
    seconds: float
    p50_us: int | None
    p99_us: int | None
    sent_bytes: int
    received_bytes: int
    in_flight: int


class GaugeRead(Struct, frozen=True):
    """A figure in the time from `at`: its mean, and the most that it was."""

    at: int
    name: str
    capability: str
    process: str
    value: float
    most: float


class ProcessRead(Struct, frozen=True):
    """A replica that has written.

    Attributes:
        number: From 1.
        until: When it has written last.
        is_alive: It has written lately, and has not ended.
        lost: What of its telemetry was not kept.
        has_ended: On purpose: it has said so.
    """

    name: str
    number: int
    pid: int
    host: str
    version: str
    since: int
    until: int
    is_alive: bool
    lost: int
    has_ended: bool = False


class Slot(Struct, frozen=True):
    """What a process measured of a subject in the time from `at`; see `Figures`.

    Attributes:
        process: As in `search.1`.
    """

    kind: str
    name: str
    capability: str
    caller: str
    placement: str
    contract: str
    process: str
    at: int
    calls: int
    faults: int
    codes: Mapping[str, int]
    seconds: float
    in_flight: int


class KeptSpan(Struct, frozen=True):
    """A span of one of many traces.

    Attributes:
        trace: Its number.
        id: 64 bits, as `parent` is; 0 for no parent.
    """

    trace: int
    id: int
    parent: int
    kind: str
    name: str
    capability: str
    caller: str
    placement: str
    began: int
    lasted: int
    code: str
