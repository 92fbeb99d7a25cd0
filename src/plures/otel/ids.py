"""Ids of spans: ours where we say so, since other processes and the store know the span by that one."""

from threading import local

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator


class GivenIds(RandomIdGenerator):
    """Gives what was said just before, in the same thread, once; else random ids."""

    def __init__(self) -> None:
        self._given = local()

    def give(self, trace: int, span: int) -> None:
        """The ids of the span that is begun next in this thread."""
        self._given.trace, self._given.span = trace, span

    def generate_trace_id(self) -> int:
        given: int = getattr(self._given, "trace", 0)
        return given or super().generate_trace_id()

    def generate_span_id(self) -> int:
        given: int = getattr(self._given, "span", 0)
        self._given.trace = self._given.span = 0
        return given or super().generate_span_id()
