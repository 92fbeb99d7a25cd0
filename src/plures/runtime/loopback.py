"""A transport without a network: calls within a process that still go through the codec, as in development and test mode."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from plures.errors import Outcome

from . import connect
from .dispatch import Dispatcher, Incoming
from .transport import NotSent, Reply

URL = "loopback:"


class Loopback:
    """Hands requests to a dispatcher in the same process, as bytes."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def unary(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        operation = self._dispatcher.operation(path)
        if operation is None:
            message = f"nothing at {url}{path}"
            raise NotSent(message)
        answer = await self._dispatcher.unary(operation, _incoming(headers), body)
        return Reply(answer.http_status, answer.body, Outcome.NOT_SENT.value if answer.not_sent else None)

    async def stream(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> AsyncGenerator[Reply, None]:
        operation = self._dispatcher.operation(path)
        if operation is None:
            message = f"nothing at {url}{path}"
            raise NotSent(message)
        yield Reply(200, b"")
        async with aclosing(
            self._dispatcher.stream(operation, _incoming(headers), body[connect.PREFIX.size :])
        ) as envelopes:
            async for envelope in envelopes:
                yield Reply(200, envelope)

    async def close(self) -> None:
        """Nothing is open."""


def _incoming(headers: Mapping[str, str]) -> Incoming:
    return Incoming(int(headers[connect.TIMEOUT_HEADER]) / 1000, int(headers[connect.HOPS_HEADER]))
