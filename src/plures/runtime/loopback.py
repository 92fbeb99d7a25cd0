"""A transport without a network: calls within a process that go through the codec, as in development and test mode."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from plures.contract import OperationDescription
from plures.telemetry import TRACEPARENT

from . import connect
from .context import CallContext, Said
from .dispatch import Dispatcher
from .observed import trace_from
from .policy import accept
from .transport import NotSent, Outgoing, Reply

URL = "loopback:"


class Loopback:
    """Hands requests to a dispatcher in the same process, as bytes."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        operation = self._operation(url, outgoing)
        context = self._accepted(operation, outgoing)
        return await self._dispatcher.unary(operation, context, outgoing.body)

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        operation = self._operation(url, outgoing)
        context = self._accepted(operation, outgoing)
        message = outgoing.body[connect.PREFIX.size :]
        is_begun = False
        async with aclosing(self._dispatcher.stream(operation, context, message)) as envelopes:
            async for envelope in envelopes:
                if not is_begun:
                    is_begun = True
                    yield Reply(connect.OK, b"", headers=() if context.said is None else context.said.headers)
                yield Reply(connect.OK, envelope)

    async def close(self) -> None:
        """Nothing is open."""

    def _accepted(self, operation: OperationDescription, outgoing: Outgoing) -> CallContext:
        remaining_s = outgoing.timeout_ms / 1000 if outgoing.timeout_ms else None
        traced = {
            name.encode(): value.encode() for name, value in ((TRACEPARENT, outgoing.traceparent), *outgoing.traced)
        }
        context = accept(
            operation,
            remaining_s,
            outgoing.hops,
            outgoing.request_id,
            outgoing.criticality,
            trace=trace_from(traced.get),
        )
        if operation.beside is not None:
            context.said = Said(outgoing.headers)
        if outgoing.context:
            self._dispatcher.believe(operation, context, outgoing.context.encode())
        return context

    def _operation(self, url: str, outgoing: Outgoing) -> OperationDescription:
        operation = self._dispatcher.operation(outgoing.path)
        if operation is None:
            message = f"nothing at {url}{outgoing.path}"
            raise NotSent(message)
        return operation
