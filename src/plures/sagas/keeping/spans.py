"""What is noted of sagas: that one begins, each of its runs, and each attempt of a step in that."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from math import inf
from typing import Any

from plures.runtime import CallContext, Span, current, measured, resumed, step, within
from plures.telemetry import AWAITED, Meter, SpanKind, Subject, Telemetry, span_id_of

from .record import Instance

_ID = "plures.saga.id"


class Spans:
    """Those of the sagas of one capability.

    Args:
        capability: Which.
        telemetry: What they are noted in; None where no one reads it.

    Attributes:
        capability: The same.
    """

    def __init__(self, capability: str, telemetry: Telemetry | None = None) -> None:
        self.capability = capability
        self._telemetry = telemetry or Telemetry()
        self._meters: dict[tuple[SpanKind, str], Meter] = {}

    def begun(self, instance: Instance) -> AbstractContextManager[Span]:
        """A call begins a saga. Its runs, in whatever process, know the id of this span by that of the saga."""
        meter = self._meter(SpanKind.PRODUCER, instance.saga)
        return measured(meter, within(current.get()), id=self._id_of(instance.saga, instance.id), **{_ID: instance.id})

    def waiting(self, saga: str, id: str) -> AbstractContextManager[Span]:  # noqa: A002
        """A call waits for the end of a saga, whichever call has begun it."""
        meter = self._meter(SpanKind.INTERNAL, f"{saga}: waiting")
        said: dict[str, Any] = {_ID: id, AWAITED: f"{self._id_of(saga, id):016x}"}
        return measured(meter, within(current.get()), **said)

    def run(self, instance: Instance, context: CallContext) -> AbstractContextManager[Span]:
        """A saga runs, from its beginning, or on from where it was."""
        meter = self._meter(SpanKind.CONSUMER, instance.saga)
        above = self._id_of(instance.saga, instance.id)
        return resumed(meter, context, instance.request_id, above, **{_ID: instance.id})

    @contextmanager
    def step(self, saga: str, name: str) -> Generator[None]:
        """A step is taken, or taken back."""
        with step(self._meter(SpanKind.INTERNAL, f"{saga}: {name}")):
            try:
                yield
            finally:
                self._tell()

    @staticmethod
    def _tell() -> None:
        """Have the step that ends written, where its trace is kept: a run may last for long, and this process may be killed meanwhile."""
        call = current.get()
        if call is not None and call.trace is not None and call.trace.kept_for:
            call.trace.closes = inf

    def _id_of(self, saga: str, id: str) -> int:  # noqa: A002
        return span_id_of(f"{self.capability}.{saga} {id}")

    def _meter(self, kind: SpanKind, name: str) -> Meter:
        found = self._meters.get((kind, name))
        if found is None:
            subject = Subject(kind, f"{self.capability}.{name}", self.capability, self.capability)
            found = self._meters[kind, name] = self._telemetry.meter(subject)
        return found
