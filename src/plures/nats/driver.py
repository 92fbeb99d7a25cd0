"""What we use of nats-py: one connection. When it breaks it is closed for good; `connector` makes another.

nats-py could mend connections itself, but it neither says why it cannot, nor renews the requests of pull consumers, and tries a wrong
password again and again.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import nats.aio.client
import nats.errors
import nats.js.errors
from nats.aio.msg import Msg

from .address import Address

Arrived = Callable[[Msg], Awaitable[None]]

_CONNECT_S: Final = 5
_PING_S: Final = 5
_REQUEST_S: Final = 5.0
_HEADER_SPARE: Final = 64
_ITS_OWN: Final = (nats.errors.Error, TimeoutError, OSError)


class Trouble(Exception):
    """NATS did not do what was asked. The text says why, without secrets."""


class Absent(Trouble):
    """No one listens on the subject: no stream takes its messages, or who waited for the answer is gone."""


class Silent(Trouble):
    """There was no answer in time."""


class Connection:
    """A connection to one server.

    Attributes:
        closed: Set when it is of no use any more.
    """

    def __init__(self, client: Any, closed: asyncio.Event) -> None:
        self._client = client
        self.closed = closed
        # The types of nats-py have holes.
        self.jetstream: Any = client.jetstream(timeout=_REQUEST_S)

    @property
    def max_payload(self) -> int:
        """The most bytes that the server takes in one message, its headers included."""
        most: int = self._client.max_payload
        return most

    async def store(self, subject: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> None:
        """Put a message into the stream of its subject; raises `Absent` where none is there."""
        with translated():
            await self.jetstream.publish(subject, body, timeout=timeout_s, headers=dict(headers))

    async def request(self, subject: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> bytes:
        """Ask, and return the answer."""
        with translated():
            answer = await self._client.request(subject, body, timeout=timeout_s, headers=dict(headers))
        data: bytes = answer.data
        return data

    async def ask_for(self, subject: str, body: bytes, inbox: str) -> None:
        """Ask, with the answers to come to an inbox."""
        with translated():
            await self._client.publish(subject, body, reply=inbox)

    async def listen(self, subject: str, arrived: Arrived) -> Callable[[], Awaitable[None]]:
        """Call `arrived` with each message from now on; what ends that."""
        with translated():
            subscription = await self._client.subscribe(subject, cb=arrived)
            await self._client.flush(timeout=_CONNECT_S)
        stop: Callable[[], Awaitable[None]] = subscription.unsubscribe
        return stop

    def inbox(self) -> str:
        """A subject that no one else has."""
        inbox: str = self._client.new_inbox()
        return inbox

    async def close(self) -> None:
        self.closed.set()
        with suppress(Exception):
            await self._client.close()


async def connect(address: Address, name: str) -> Connection:
    """Connect to one of the servers; raises `Trouble`.

    Args:
        name: What operators of the servers see of us.
    """
    client: Any = nats.aio.client.Client()
    closed = asyncio.Event()
    met: list[Exception] = []

    async def note(error: Exception) -> None:
        met.append(error)

    async def end() -> None:
        closed.set()

    try:
        async with asyncio.timeout(_CONNECT_S * len(address.servers)):
            await client.connect(
                list(address.servers),
                name=name,
                user=address.user,
                password=address.password,
                token=address.token,
                allow_reconnect=False,
                # It goes through the servers until each has failed more often than this.
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=_CONNECT_S,
                ping_interval=_PING_S,
                max_outstanding_pings=2,
                error_cb=note,
                closed_cb=end,
            )
    except _ITS_OWN as error:
        with suppress(Exception):
            await client.close()
        # Where no server is left to try, the error before says why.
        raise trouble_of(met[-1] if met else error) from None
    return Connection(client, closed)


def size_of(body: bytes, headers: Mapping[str, str]) -> int:
    """How many bytes a message has, at most."""
    return len(body) + _HEADER_SPARE + sum(len(name) + len(value) + 4 for name, value in headers.items())


@contextmanager
def translated() -> Generator[None]:
    """What nats-py raises, as `Trouble`."""
    try:
        yield
    except _ITS_OWN as error:
        raise trouble_of(error) from None


def trouble_of(error: Exception) -> Trouble:
    """What has happened, in our words."""
    if isinstance(error, nats.errors.NoRespondersError | nats.js.errors.NoStreamResponseError):
        return Absent("the server has no stream for it, or no JetStream")
    if isinstance(error, TimeoutError):
        return Silent("the server does not answer in time")
    if isinstance(error, nats.js.errors.APIError):
        if not error.description:
            return Absent("JetStream is not enabled there, or not ready yet")
        return Trouble(f"the server says: {error.description}")
    if isinstance(error, OSError):
        # asyncio's own text has the address in place of the reason.
        is_known = isinstance(error, ConnectionError) and error.errno
        return Trouble(os.strerror(error.errno or 0) if is_known else error.strerror or type(error).__name__)
    return Trouble(str(error).removeprefix("nats: ").strip("'") or type(error).__name__)
