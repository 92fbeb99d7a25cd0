"""What we use of nats-py: one connection that publishes and listens. When it breaks it is closed for good; `connector` makes another.

nats-py could mend connections itself, but it neither says why it cannot, nor renews the requests of pull consumers, and tries a wrong
password again and again. Requests are ours: those of nats-py do not learn that the connection has broken, and leave tasks behind.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from random import shuffle
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec
import nats.aio.client
import nats.errors
from nats.aio.msg import Msg

from .address import Address
from .trouble import Absent, Silent, Trouble

Arrived: TypeAlias = Callable[[Msg], Awaitable[None]]

_CONNECT_S: Final = 5
_PING_S: Final = 5
_LOOK_S: Final = 1.0
_CLOSE_S: Final = 2.0
_API_S: Final = 3.0
_HEADER_SPARE: Final = 64
_ITS_OWN: Final = (nats.errors.Error, TimeoutError, OSError)
_NO_ONE: Final = "503"
_TLS: Final = "tls://"


class Connection:
    """A connection to one server.

    Attributes:
        closed: Set when it is of no use any more.
    """

    def __init__(self, client: Any, closed: asyncio.Event, met: list[Exception]) -> None:
        """Prepare.

        Args:
            client: Of nats-py, whose types have holes.
            met: What the server complains of, beside answers.
        """
        self.closed = closed
        self._client = client
        self._met = met
        self._inbox = self.inbox()
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._readers: set[asyncio.Task[None]] = set()

    @property
    def max_payload(self) -> int:
        """The most bytes that the server takes in one message, its headers included."""
        most: int = self._client.max_payload
        return most

    def inbox(self) -> str:
        """A subject that no one else has."""
        inbox: str = self._client.new_inbox()
        return inbox

    async def begin(self) -> None:
        """Listen to answers."""
        await self.listen(f"{self._inbox}.*", self._answered)

    async def request(self, subject: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> bytes:
        """Ask, and return the answer.

        Raises:
            Absent: No one listens on the subject.
            Silent: There was no answer in time.
        """
        inbox = f"{self._inbox}.{next(self._numbers)}"
        future = self._waiting[inbox] = asyncio.get_running_loop().create_future()
        self._met.clear()
        try:
            await self.publish(subject, body, inbox, headers)
            async with asyncio.timeout(timeout_s):
                answer = await future
        except TimeoutError:
            # A server that does not allow a request answers it with silence, and complains.
            raise _trouble_of(self._met[-1] if self._met else TimeoutError()) from None
        finally:
            del self._waiting[inbox]
            future.cancel()
        if answer.headers and answer.headers.get("Status") == _NO_ONE:
            message = "the server has no stream for it, or no JetStream"
            raise Absent(message)
        data: bytes = answer.data
        return data

    async def ask(self, subject: str, body: bytes, headers: Mapping[str, str], timeout_s: float = _API_S) -> Any:
        """Ask JetStream, which answers in JSON; raises `Trouble` with what it says."""
        answer = msgspec.json.decode(await self.request(subject, body, headers, timeout_s))
        error = answer.get("error")
        if error:
            message = f"the server says: {error.get('description') or error.get('code')}"
            raise Trouble(message, code=error.get("err_code", 0))
        return answer

    async def publish(self, subject: str, body: bytes, inbox: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a message, with the answers to come to an inbox."""
        try:
            await self._client.publish(subject, body, reply=inbox, headers=dict(headers) if headers else None)
        except _ITS_OWN as error:
            raise _trouble_of(error) from None

    async def listen(self, subject: str, arrived: Arrived) -> Callable[[], Awaitable[None]]:
        """Call `arrived` with each message from now on, one after the other; what ends that."""
        before = asyncio.all_tasks()
        try:
            subscription = await self._client.subscribe(subject, cb=_quietly(arrived))
            new = {task for task in asyncio.all_tasks() - before if _reads(task)}
            self._readers = new | {task for task in self._readers if not task.done()}
            await self._client.flush(timeout=_CONNECT_S)
        except _ITS_OWN as error:
            raise _trouble_of(error) from None

        async def stop() -> None:
            # A connection that is closed listens to nothing.
            with suppress(*_ITS_OWN):
                await subscription.unsubscribe()

        return stop

    async def lasts(self) -> None:
        """Until it is closed."""
        while not self.closed.is_set() and not self._client.is_closed:
            # nats-py does not always say so, as when its last words cannot be written.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self.closed.wait()

    async def close(self) -> None:
        self.closed.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Trouble("the connection broke"))
        await _end(self._client)
        # Where nats-py could not write its last words, it leaves these behind.
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _answered(self, message: Msg) -> None:
        future = self._waiting.get(message.subject)
        if future is not None and not future.done():
            future.set_result(message)


async def connect(address: Address, name: str) -> Connection:
    """Connect to one of the servers; raises `Trouble`, with what the last of them said.

    Args:
        name: What operators of the servers see of us.
    """
    servers = list(address.servers)
    shuffle(servers)
    trouble = Trouble("there is no server")
    for server in servers:
        try:
            if server.startswith(_TLS):
                await _require_tls(server)
            return await _connect(server, address, name)
        except Trouble as error:
            trouble = error
    raise trouble


async def _connect(server: str, address: Address, name: str) -> Connection:
    client: Any = nats.aio.client.Client()
    closed = asyncio.Event()
    met: list[Exception] = []

    async def note(error: Exception) -> None:
        met.append(error)

    async def end() -> None:
        closed.set()

    try:
        async with asyncio.timeout(2 * _CONNECT_S):
            await client.connect(
                server,
                name=name,
                user=address.user,
                password=address.password,
                token=address.token,
                allow_reconnect=False,
                # The least: with 0 it tries without end.
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=_CONNECT_S,
                ping_interval=_PING_S,
                max_outstanding_pings=2,
                error_cb=note,
                closed_cb=end,
            )
    except _ITS_OWN as error:
        await _end(client)
        # Where it has given up, the error before says why.
        raise _trouble_of(met[-1] if met else error) from None
    connection = Connection(client, closed, met)
    try:
        await connection.begin()
    except BaseException:
        await connection.close()
        raise
    return connection


async def _end(client: Any) -> None:
    # After a handshake of TLS that failed, nats-py would wait without end.
    with suppress(*_ITS_OWN):
        async with asyncio.timeout(_CLOSE_S):
            await client.close()


async def _require_tls(server: str) -> None:
    """Refuse a server that would get our password in the open: nats-py speaks TLS only where the server insists on it."""
    url = urlsplit(server)
    try:
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            try:
                greeting = await reader.readline()
            finally:
                writer.close()
        insists = msgspec.json.decode(greeting.partition(b" ")[2]).get("tls_required")
    except _ITS_OWN as error:
        raise _trouble_of(error) from None
    except ValueError:
        message = "what answers there is no NATS server"
        raise Trouble(message) from None
    if not insists:
        message = "it does not ask for TLS, and the URL does (tls://)"
        raise Trouble(message)


def size_of(body: bytes, headers: Mapping[str, str]) -> int:
    """How many bytes a message has, at most."""
    return len(body) + _HEADER_SPARE + sum(len(name) + len(value) + 4 for name, value in headers.items())


def _quietly(arrived: Arrived) -> Arrived:
    async def arrive(message: Msg) -> None:
        with suppress(*_ITS_OWN):
            await arrived(message)

    return arrive


def _reads(task: "asyncio.Task[Any]") -> bool:
    """Whether it is a task of a subscription of nats-py."""
    return getattr(task.get_coro(), "__qualname__", "").startswith("Subscription.")


def _trouble_of(error: Exception) -> Trouble:
    """What has happened, in our words."""
    if isinstance(error, TimeoutError):
        return Silent("the server does not answer in time")
    if isinstance(error, OSError):
        # asyncio's own text has the address in place of the reason.
        is_known = isinstance(error, ConnectionError) and error.errno
        return Trouble(os.strerror(error.errno or 0) if is_known else error.strerror or type(error).__name__)
    return Trouble(str(error).removeprefix("nats: ").strip("'") or type(error).__name__)
