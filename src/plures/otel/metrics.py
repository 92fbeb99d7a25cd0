"""What the meters count, as metrics of OpenTelemetry: exponential histograms, whose buckets are those that the meters have."""

import os
import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from importlib.metadata import version
from time import time_ns
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Buckets,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Metric,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from plures.telemetry import SCALE, Meter, Subject, otel_index, spent_here

from .naming import name_of
from .sending import Sending, held, reason

_INTERVAL: Final = "OTEL_METRIC_EXPORT_INTERVAL"
_EVERY_MS: Final = 60_000
FLUSH_S: Final = 2.0
_CODE: Final = "code"


class Metrics:
    """Sends what the meters have counted, every minute or as the variable says, from a thread of its own.

    Args:
        meters: Gives all meters of the process.
        services: As `open_otel` takes them.
        lost: Figures are told again as a whole, so that none of them is; but it is told where they cannot be sent.
    """

    def __init__(
        self,
        meters: Callable[[], Sequence[Meter]],
        services: Mapping[str, str],
        resource: Resource,
        lost: MutableMapping[str, int],
    ) -> None:
        self._sending = Sending("figures", lost)
        self._meters, self._services, self._resource = meters, services, resource
        self._exporter: Any = OTLPMetricExporter()
        self._since_ns = time_ns()
        said = os.environ.get(_INTERVAL, "")
        self._every_s = (int(said) if said.isdigit() and int(said) else _EVERY_MS) / 1000
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="opentelemetry-metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send what is left; blocks for two seconds at most."""
        self._is_over.set()
        self._thread.join(FLUSH_S)

    def _run(self) -> None:
        while not self._is_over.wait(self._every_s):
            self._send()
        self._send()

    def _send(self) -> None:
        with held(self._exporter) as said:
            try:
                figures = metrics_of(self._meters(), self._services, self._resource, self._since_ns)
                is_sent = self._exporter.export(figures) is MetricExportResult.SUCCESS
            except Exception as error:  # noqa: BLE001 - what is not sent now is part of what is sent next
                said.append(repr(error))
                is_sent = False
        self._sending.tell(0, 0, "" if is_sent else reason(said))


def metrics_of(meters: Sequence[Meter], services: Mapping[str, str], resource: Resource, since_ns: int) -> MetricsData:
    """All that the meters have counted since they began."""
    now = time_ns()
    by_subject: dict[Subject, list[Meter]] = {}
    for meter in [*meters]:
        if meter.ended:
            by_subject.setdefault(meter.subject, []).append(meter)
    durations: dict[str, list[ExponentialHistogramDataPoint]] = {}
    calls: list[NumberDataPoint] = []
    for subject, theirs in by_subject.items():
        attributes = _attributes(subject, services)
        durations.setdefault(_family_of(subject), []).append(_histogram(theirs, attributes, since_ns, now))
        calls += [
            NumberDataPoint({**attributes, _CODE: code}, since_ns, now, many) for code, many in _codes(theirs).items()
        ]
    cumulative = AggregationTemporality.CUMULATIVE
    metrics = [
        Metric(name, "How long calls took.", "s", ExponentialHistogram(points, cumulative))
        for name, points in durations.items()
    ]
    counted = Metric(
        "plures.calls", "Calls that have ended, by code.", "{call}", Sum(calls, cumulative, is_monotonic=True)
    )
    scope = InstrumentationScope("plures", version("plures"))
    every = [ScopeMetrics(scope, [*metrics, counted, *_taken(by_subject, services, since_ns, now)], "")]
    return MetricsData([ResourceMetrics(resource, every, "")])


def _taken(
    by_subject: Mapping[Subject, Sequence[Meter]], services: Mapping[str, str], since: int, now: int
) -> list[Metric]:
    """What is in flight, and what capabilities have taken of processors and databases."""
    cumulative, spent = AggregationTemporality.CUMULATIVE, spent_here()
    flying = [
        NumberDataPoint(
            _attributes(subject, services), since, now, max(0, sum(each.begun - each.ended for each in theirs))
        )
        for subject, theirs in by_subject.items()
    ]
    seconds = {
        "plures.cpu.time": ("Processor time by capability.", {name: it.cpu_s for name, it in spent.items()}),
        "plures.database.time": (
            "Time in statements and commits.",
            {name: it.database_s for name, it in spent.items()},
        ),
    }
    found = [
        Metric("plures.calls.in_flight", "Calls in progress.", "{call}", Sum(flying, cumulative, is_monotonic=False))
    ]
    for name, (about, by_name) in seconds.items():
        points = [
            NumberDataPoint({"plures.capability": whose}, since, now, took) for whose, took in by_name.items() if took
        ]
        if points:
            found.append(Metric(name, about, "s", Sum(points, cumulative, is_monotonic=True)))
    return found


def _histogram(
    meters: Sequence[Meter], attributes: Mapping[str, str], since: int, now: int
) -> ExponentialHistogramDataPoint:
    counts: dict[int, int] = {}
    for meter in meters:
        for index, many in dict(meter.buckets).items():
            counts[otel_index(index)] = counts.get(otel_index(index), 0) + many
    first, last = min(counts), max(counts)
    positive = Buckets(first, [counts.get(index, 0) for index in range(first, last + 1)])
    seconds = sum(meter.seconds for meter in meters)
    # The least and the most are not known beyond their buckets.
    least, most = 2.0 ** (first / (1 << SCALE)), 2.0 ** ((last + 1) / (1 << SCALE))
    return ExponentialHistogramDataPoint(
        attributes, since, now, sum(counts.values()), seconds, SCALE, 0, positive, Buckets(0, []), 0, least, most
    )


def _attributes(subject: Subject, services: Mapping[str, str]) -> dict[str, str]:
    said = {**name_of(subject, services).attributes, "plures.side": subject.kind.value}
    if not subject.contract:
        method, _, route = subject.name.partition(" ")
        said |= {"http.request.method": method, "http.route": route}
    return said


def _codes(meters: Sequence[Meter]) -> dict[str, int]:
    codes: dict[str, int] = {}
    for meter in meters:
        for code, many in dict(meter.errors).items():
            codes[code] = codes.get(code, 0) + many
    return {"ok": sum(meter.ended for meter in meters) - sum(codes.values()), **codes}


def _family_of(subject: Subject) -> str:
    if not subject.placement:
        return "http.server.request.duration"
    return "rpc.client.duration" if subject.kind.value == "client" else "rpc.server.duration"
