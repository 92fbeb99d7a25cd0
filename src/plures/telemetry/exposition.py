"""Figures as text that Prometheus reads: OpenMetrics with exemplars, or the older text format.

Names are those of OpenTelemetry's conventions, as its bridge to Prometheus writes them. Source: openmetrics.io/specification.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from .measuring import SCALE, Buckets, Meter
from .spending import Spent
from .tracing import SpanKind, Subject

_PER_DOUBLING: Final = 1 << SCALE
_ONE_S: Final = 40
"""The doubling that ends at 1 s."""
_FIRST, _LAST = _ONE_S - 14, _ONE_S + 7
"""From 61 µs to 64 s, by doublings."""

_CALLS: Final = "plures_calls"
_NOTHING: Final[Mapping[str, Spent]] = {}
_ALL_SENT: Final[Mapping[str, int]] = {}
_FAMILIES: Final = {
    "rpc_server_duration_seconds": "How long calls took, where they were served.",
    "rpc_client_duration_seconds": "How long calls to other processes took, where they were made.",
    "http_server_request_duration_seconds": "How long requests to the edge took.",
}


class _Sum(Struct):
    """What the meters of one subject have counted."""

    begun: int = 0
    ended: int = 0
    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    codes: dict[str, int] = field(default_factory=dict[str, int])
    buckets: Buckets = field(default_factory=lambda: defaultdict(int))
    exemplars: dict[int, tuple[str, float]] = field(default_factory=dict[int, tuple[str, float]])


def exposition(
    meters: Sequence[Meter],
    services: Mapping[str, str],
    lost: int,
    *,
    is_open_metrics: bool,
    spent: Mapping[str, Spent] = _NOTHING,
    unsent: Mapping[str, int] = _ALL_SENT,
) -> str:
    """All that the meters have counted.

    Args:
        services: Contract and operation, as in `shop.search.v1/search/Find` → service, as in `shop.search.v1.Search`.
        lost: Spans of kept traces that were dropped.
        spent: Capability → what it has taken.
        unsent: What of the telemetry could not be sent by OTLP, as in `spans` → how many.
        is_open_metrics: As OpenMetrics, with the ids of traces; else in the older format, which has no place for them.
    """
    sums = [(subject, total, _labels(subject, services)) for subject, total in _sums(meters).items()]
    writer = _Writer(is_open_metrics=is_open_metrics)
    for family, about in _FAMILIES.items():
        writer.histograms(family, about, [each for each in sums if _family_of(each[0]) == family])
    calls = [(f'{labels},code="{_escaped(code)}"', many) for _, it, labels in sums for code, many in _codes(it)]
    writer.numbers(_CALLS, "counter", "Calls and requests that have ended, by the code with which they did.", calls)
    in_flight = [(labels, max(0, it.begun - it.ended)) for _, it, labels in sums]
    writer.numbers(f"{_CALLS}_in_flight", "gauge", "Calls and requests that are in progress.", in_flight)
    writer.numbers(
        f"{_CALLS}_sent_bytes", "counter", "Messages sent.", [(labels, it.sent) for _, it, labels in sums if it.sent]
    )
    received = [(labels, it.received) for _, it, labels in sums if it.received]
    writer.numbers(f"{_CALLS}_received_bytes", "counter", "Messages received.", received)
    cpu = [(_whose(name), round(it.cpu_s, 6)) for name, it in spent.items() if it.cpu_s]
    writer.numbers(
        "plures_cpu_seconds",
        "counter",
        "Processor time of this process, by whose work it was; beside it there is that of none.",
        cpu,
    )
    database = [(_whose(name), round(it.database_s, 6)) for name, it in spent.items() if it.database_s]
    writer.numbers("plures_database_seconds", "counter", "Time in statements and commits.", database)
    writer.numbers("plures_telemetry_lost_spans", "counter", "Spans of kept traces that were dropped.", [("", lost)])
    gone = [(f'signal="{what}"', many) for what, many in [*unsent.items()] if many]
    writer.numbers("plures_telemetry_unsent", "counter", "What could not be sent by OTLP, and is lost there.", gone)
    return writer.text()


class _Writer:
    """Writes families of figures one after the other."""

    def __init__(self, *, is_open_metrics: bool) -> None:
        self._is_open = is_open_metrics
        self._lines: list[str] = []

    def text(self) -> str:
        return "\n".join([*self._lines, *(["# EOF"] if self._is_open else []), ""])

    def histograms(self, name: str, about: str, sums: Sequence[tuple[Subject, _Sum, str]]) -> None:
        if not sums:
            return
        self._head(name, "histogram", about)
        if self._is_open:
            self._lines.insert(-1, f"# UNIT {name} seconds")
        for _, it, labels in sums:
            # What the buckets hold is what is said: a call that ends meanwhile is counted the next time.
            seen, buckets = 0, sorted(dict(it.buckets).items())
            at = 0
            for doubling in range(_FIRST, _LAST):
                while at < len(buckets) and buckets[at][0] < doubling * _PER_DOUBLING:
                    seen += buckets[at][1]
                    at += 1
                bound = repr(2.0 ** (doubling - _ONE_S))
                self._lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {seen}{self._exemplar(it, doubling)}')
            total = sum(many for _, many in buckets)
            above = self._exemplar(it, *range(_LAST, 2 * _ONE_S))
            self._lines.append(f'{name}_bucket{{{labels},le="+Inf"}} {total}{above}')
            self._lines += [f"{name}_count{{{labels}}} {total}", f"{name}_sum{{{labels}}} {it.seconds!r}"]

    def numbers(self, name: str, kind: str, about: str, said: Iterable[tuple[str, float]]) -> None:
        """Numbers by their labels."""
        known = [*said]
        if not known:
            return
        total = f"{name}_total" if kind == "counter" else name
        self._head(name if self._is_open else total, kind, about)
        self._lines += [f"{total}{{{labels}}} {many}" if labels else f"{total} {many}" for labels, many in known]

    def _head(self, name: str, kind: str, about: str) -> None:
        self._lines += [f"# TYPE {name} {kind}", f"# HELP {name} {about}"]

    def _exemplar(self, it: _Sum, *doublings: int) -> str:
        if not self._is_open:
            return ""
        for doubling in doublings:
            # Those below the first bound belong to it.
            for each in range(doubling + 1) if doubling == _FIRST else (doubling,):
                found = it.exemplars.get(each - 1)
                if found is not None:
                    return f' # {{trace_id="{found[0]}"}} {found[1]!r}'
        return ""


def _sums(meters: Sequence[Meter]) -> dict[Subject, _Sum]:
    sums: dict[Subject, _Sum] = {}
    # Calls go on meanwhile, and meters are made: what is read is copied first.
    for meter in [*meters]:
        if not meter.begun:
            continue
        it = sums.get(meter.subject)
        if it is None:
            it = sums[meter.subject] = _Sum()
        it.ended += meter.ended
        it.begun += meter.begun
        it.seconds += meter.seconds
        it.sent += meter.sent_bytes
        it.received += meter.received_bytes
        for code, many in dict(meter.errors).items():
            it.codes[code] = it.codes.get(code, 0) + many
        for index, many in dict(meter.buckets).items():
            it.buckets[index] += many
        it.exemplars |= dict(meter.exemplars)
    return sums


def _codes(it: _Sum) -> Iterator[tuple[str, int]]:
    failed = sum(it.codes.values())
    yield "ok", max(0, it.ended - failed)
    yield from sorted(it.codes.items())


def _family_of(subject: Subject) -> str:
    if not subject.placement:
        return "http_server_request_duration_seconds" if subject.kind is SpanKind.SERVER else ""
    side = "client" if subject.kind is SpanKind.CLIENT else "server"
    return f"rpc_{side}_duration_seconds"


def _labels(subject: Subject, services: Mapping[str, str]) -> str:
    if subject.contract:
        service = services.get(f"{subject.contract}/{subject.name}", subject.contract)
        said = {"rpc_system": "connect_rpc", "rpc_service": service, "rpc_method": subject.name.rpartition("/")[2]}
    elif subject.kind is SpanKind.SERVER:
        method, _, route = subject.name.partition(" ")
        said = {"http_request_method": method, "http_route": route}
    else:
        said = {"plures_subject": subject.name}
    said |= {
        "plures_side": subject.kind.value,
        "plures_capability": subject.capability,
        "plures_caller": subject.caller,
        "plures_placement": subject.placement,
    }
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in said.items() if value)


def _whose(capability: str) -> str:
    return f'plures_capability="{_escaped(capability)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
