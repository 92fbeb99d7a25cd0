"""Operations of one contract, called in one way: by reference, or over a wire that is none."""

from collections.abc import Mapping
from typing import Any

from plures.contract import OperationDescription
from plures.runtime import Deadlines, Dispatcher, Endpoints, Loopback, RemoteCaller, by_reference, subject_of
from plures.telemetry import Meter, SpanKind, Telemetry


class Bound:
    """What calls the operations of a service, and measures that.

    Args:
        caller: Whose calls they are.
    """

    def __init__(
        self,
        operations: Mapping[str, OperationDescription],
        service: object,
        telemetry: Telemetry,
        *,
        is_local: bool,
        caller: str = "caller",
    ) -> None:
        self._operations, self._service, self._telemetry = operations, service, telemetry
        self._is_local, self._caller = is_local, caller
        self.deadlines = Deadlines()
        dispatcher = Dispatcher(self.deadlines, meter_for=self._meter_for)
        dispatcher.serve(operations, service)
        self._remote = RemoteCaller(Endpoints.fixed("loopback:"), Loopback(dispatcher), self.deadlines)

    def __call__(self, name: str) -> Any:
        """What a caller gets for an operation."""
        operation = self._operations[name]
        if self._is_local:
            return by_reference(operation, getattr(self._service, name), self.deadlines, self._meter_for)
        return self._remote.bind(operation, self._meter_for)

    def _meter_for(self, operation: Any, kind: SpanKind, placement: str) -> Meter:
        return self._telemetry.meter(subject_of(operation, kind, self._caller, placement))
