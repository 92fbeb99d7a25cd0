"""Finds the provider of user code, or makes one as the variables of the environment say."""

import logging
import os
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from weakref import WeakSet

import msgspec
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import (
    NoOpTracerProvider,
    ProxyTracerProvider,
    get_tracer_provider,
    set_tracer_provider,
)

from plures.telemetry import Meter

from .bridge import OtelBridge
from .noting import SCOPE, Noting
from .sendable import sendable_resource
from .sending import Sending, SentSpans

if TYPE_CHECKING:
    from .lines import Lines
    from .metrics import Metrics

_LOG: Final = logging.getLogger("plures.telemetry")
_NOTED: Final = WeakSet[TracerProvider]()
"""Providers whose spans are noted."""
FLUSH_S: Final = 2.0
"""How long the end of a process waits for what is left to leave."""

_EXPORTERS: Final = frozenset({"otlp", "console", "none"})


class Instance(msgspec.Struct, frozen=True):
    """Which replica it is.

    Attributes:
        application: The name of the service, where no variable says another one.
        version: Of the application; empty where that is not known.
        process: Its name in the topology; empty where it has none.
        replica: Its number, from 1.
        id: No other replica has it, now or later.
    """

    application: str
    version: str = ""
    process: str = ""
    replica: int = 1
    id: str = msgspec.field(default_factory=lambda: str(uuid4()))


class Otel:
    """Spans of this process.

    Args:
        provider: Where they go.
    """

    def __init__(self, provider: TracerProvider, services: Mapping[str, str], process: str) -> None:
        self._provider = provider
        if provider not in _NOTED:
            # Once: other applications in this process may have the same.
            _NOTED.add(provider)
            provider.add_span_processor(Noting())
        self.bridge = OtelBridge(provider.get_tracer(SCOPE, version("plures")), services, process)

    def flush(self) -> None:
        """Send what is left; blocks, `FLUSH_S` at most. What is not gone by then is lost with the process."""
        # The SDK takes no notice of the time that it is given.
        sending = Thread(target=self._provider.force_flush, name="opentelemetry-flush", daemon=True)
        sending.start()
        sending.join(FLUSH_S)


def open_metrics(
    instance: Instance,
    meters: Callable[[], Sequence[Meter]],
    services: Mapping[str, str],
    lost: MutableMapping[str, int],
) -> "Metrics":
    """Begin to send figures, as the variables say; of the service that the spans are of."""
    # It takes `requests` with it.
    from .metrics import Metrics

    return Metrics(meters, services, _resource(instance), lost)


def open_lines(instance: Instance, lost: MutableMapping[str, int]) -> "Lines":
    """What sends lines of the log, as the variables say; of the service that the spans are of."""
    from .lines import Lines

    return Lines(_resource(instance), lost)


def open_otel(
    exporters: frozenset[str], instance: Instance, services: Mapping[str, str], lost: MutableMapping[str, int]
) -> Otel | None:
    """The bridge to the provider that user code has set, or to one made here; None where there is none.

    Args:
        exporters: What the variables ask for, of `otlp` and `console`; the rest of them is read by the SDK itself.
        services: Contract and operation, as in `shop.search.v1/search/Find` → service, as in `shop.search.v1.Search`.
        lost: Spans that could not be sent are counted there.
    """
    known = get_tracer_provider()
    if isinstance(known, TracerProvider):
        return Otel(known, services, instance.process)
    if isinstance(known, NoOpTracerProvider) or not isinstance(known, ProxyTracerProvider):
        # User code has said so, or it is of a make whose spans cannot have our ids.
        return None
    if not exporters:
        return None
    provider = _made(exporters, instance, lost)
    set_tracer_provider(provider)
    return Otel(provider, services, instance.process)


def _made(exporters: frozenset[str], instance: Instance, lost: MutableMapping[str, int]) -> TracerProvider:
    if unknown := exporters - _EXPORTERS:
        _LOG.warning(
            "OTEL_TRACES_EXPORTER says %s, which Plures does not have: it has otlp and console",
            ", ".join(sorted(unknown)),
        )
    # The end of the process is ours to bound.
    provider = TracerProvider(resource=resource_of(instance), shutdown_on_exit=False)
    if "console" in exporters:
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    if "otlp" in exporters:
        # It takes `requests` with it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        _warn_of_protocol()
        provider.add_span_processor(SentSpans(OTLPSpanExporter(), Sending("spans", lost, "OTEL_BSP_MAX_QUEUE_SIZE")))
    return provider


def resource_of(instance: Instance) -> Resource:
    """What all spans, figures and lines of this process say; what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say comes first."""
    ours = Resource(
        {
            "service.name": instance.application,
            "service.instance.id": instance.id,
            "process.pid": os.getpid(),
            **({"service.version": instance.version} if instance.version else {}),
            **({"plures.process": instance.process, "plures.replica": instance.replica} if instance.process else {}),
        }
    )
    said = Resource.create()
    # Where no variable names the service, the SDK makes up a name.
    made_up = str(said.attributes.get("service.name", "")).startswith("unknown_service")
    return sendable_resource(said.merge(ours) if made_up else ours.merge(said))


def _resource(instance: Instance) -> Resource:
    known = get_tracer_provider()
    return known.resource if isinstance(known, TracerProvider) else resource_of(instance)


def _warn_of_protocol() -> None:
    name = "OTEL_EXPORTER_OTLP_PROTOCOL"
    said = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", os.environ.get(name, "http/protobuf"))
    if said != "http/protobuf":
        _LOG.warning(
            "%s is %s, which Plures does not speak: spans leave as http/protobuf, usually to port 4318", name, said
        )
