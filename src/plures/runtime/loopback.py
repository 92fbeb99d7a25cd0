"""A transport without a network: calls within a process that still go through the codec, as in development and test mode."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from plures.contract import OperationDescription
from plures.errors import Outcome

from . import connect
from .dispatch import Dispatcher, Incoming
from .transport import NotSent, Outgoing, Reply

URL = "loopback:"


class Loopback:
    """Hands requests to a dispatcher in the same process, as bytes."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        operation = self._operation(url, outgoing)
        answer = await self._dispatcher.unary(operation, _incoming(outgoing), outgoing.body)
        return Reply(answer.http_status, answer.body, Outcome.NOT_SENT.value if answer.not_sent else None)

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        operation = self._operation(url, outgoing)
        yield Reply(200, b"")
        async with aclosing(
            self._dispatcher.stream(operation, _incoming(outgoing), outgoing.body[connect.PREFIX.size :])
        ) as envelopes:
            async for envelope in envelopes:
                yield Reply(200, envelope)

    async def close(self) -> None:
        """Nothing is open."""

    def _operation(self, url: str, outgoing: Outgoing) -> OperationDescription:
        operation = self._dispatcher.operation(outgoing.path)
        if operation is None:
            message = f"nothing at {url}{outgoing.path}"
            raise NotSent(message)
        return operation


def _incoming(outgoing: Outgoing) -> Incoming:
    return Incoming(outgoing.timeout_ms / 1000, outgoing.hops)
