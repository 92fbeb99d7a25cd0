"""The publisher's side: sends a call as a message in the stream, answers the replica that asks for it, and waits for the reply."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from itertools import count
from secrets import token_hex
from time import monotonic
from typing import Final

from nats.aio.msg import Msg

from plures.runtime import NotSent, Outgoing, Reply, TooLarge
from plures.telemetry import TRACEPARENT

from . import words
from .connector import Connector
from .driver import Connection, size_of
from .pace import Pace
from .trouble import Absent, Trouble

_NONE: Final = b""
_SPARE_S: Final = 1.0


class _Attempt:
    """A call that waits.

    Attributes:
        taken: Whether a replica was told that it may run.
        reply: What it said; None when none has asked in time.
    """

    def __init__(self, until: float) -> None:
        self.until = until
        self.taken = False
        self.reply: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()

    def give_up(self) -> None:
        if not self.taken:
            self.end(None)

    def end(self, reply: Reply | None) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)

    def left_ms(self) -> bytes:
        return str(max(1, int((self.until - monotonic()) * 1000))).encode()


class NatsTransport:
    """A transport of calls, each to the subject that goes with its path.

    Args:
        subjects: Path of an operation → subject.
    """

    def __init__(self, connector: Connector, subjects: Mapping[str, str], pace: Pace = Pace()) -> None:  # noqa: B008 - it cannot be changed
        self._connector = connector
        self._subjects = subjects
        self._pace = pace
        self._numbers = count(1)
        self._attempts: dict[str, _Attempt] = {}
        # The same on each connection, so that a reply arrives although the connection was replaced.
        self._inbox = f"_INBOX.{token_hex(16)}"
        connector.prepare(self._listen)

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:  # noqa: ARG002 - the path says where to
        connection = self._connector.connection
        if connection is None:
            raise NotSent(self._connector.why)
        name, seconds = f"{self._inbox}.{next(self._numbers)}", outgoing.timeout_ms / 1000
        attempt = self._attempts[name] = _Attempt(monotonic() + seconds)
        # Half of the time is for the handler.
        taken_s = min(self._pace.taken_s, seconds / 2)
        loop = asyncio.get_running_loop()
        # nats-py may swallow that the call is cancelled at its deadline; then this ends it.
        timers = loop.call_later(taken_s, attempt.give_up), loop.call_later(seconds + _SPARE_S, attempt.end, None)
        try:
            await self._store(connection, outgoing, name, attempt, taken_s)
            reply = await attempt.reply
        finally:
            for timer in timers:
                timer.cancel()
            del self._attempts[name]
        if reply is None:
            message = f"no replica of the subscriber has asked for it within {taken_s:g} s"
            raise NotSent(message)
        return reply

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        raise NotImplementedError

    async def close(self) -> None:
        """The connector closes the connection."""

    async def _store(
        self, connection: Connection, outgoing: Outgoing, name: str, attempt: _Attempt, timeout_s: float
    ) -> None:
        headers = {
            words.ATTEMPT: name,
            words.HOPS: str(outgoing.hops),
            words.REQUEST_ID: outgoing.request_id,
            words.CONTENT_TYPE: words.ENVELOPE,
        }
        if outgoing.traceparent:
            headers.update({TRACEPARENT: outgoing.traceparent, **dict(outgoing.traced)})
        if outgoing.context:
            headers[words.CONTEXT] = outgoing.context
        if (size := size_of(outgoing.body, headers)) > connection.max_payload:
            message = f"a message of {size:,} bytes is over the limit of {connection.max_payload:,} that the NATS server has (max_payload)"
            raise TooLarge(message)
        try:
            await connection.ask(self._subjects[outgoing.path], outgoing.body, headers, timeout_s)
        except Trouble as error:
            if isinstance(error, Absent):
                with suppress(Trouble):
                    await self._connector.make_stream(connection)
            if not attempt.taken and not attempt.reply.done():
                raise NotSent(str(error)) from None

    async def _listen(self, connection: Connection) -> None:
        await connection.listen(f"{self._inbox}.*", self._asked)

    async def _asked(self, message: Msg) -> None:
        """Answer a replica that has a message."""
        attempt = self._attempts.get(message.subject)
        headers = message.headers or {}
        answer = _NONE
        if attempt is not None and headers.get(words.STEP) == words.TAKE:
            # More than one may ask: where a replica was silent, the server gives the message to another.
            attempt.taken = True
            answer = attempt.left_ms()
        elif attempt is not None and headers.get(words.STATUS, "").isdecimal():
            attempt.end(Reply(int(headers[words.STATUS]), message.data, headers.get(words.OUTCOME) or None))
        if message.reply:
            await message.respond(answer)
