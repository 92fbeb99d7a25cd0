"""The subscriber's side: runs the messages that a publisher waits for, says what came of each, and acknowledges it.

The pull is supervised: a server that was restarted, or that has removed a consumer, does not say so to all that wait.
"""

import asyncio
import logging
from contextlib import nullcontext, suppress
from time import monotonic
from typing import Final

from nats.aio.msg import Msg

from plures.contract import OperationDescription
from plures.errors import CallError, Outcome, Unavailable
from plures.logs import tell
from plures.runtime import Dispatcher, Reply, accept, connect, trace_from

from . import words
from .connector import Connector
from .driver import Connection
from .pace import Pace
from .pull import BATCH, Pull
from .stream import Stream
from .trouble import Absent, Trouble

_AGAIN_S: Final = 0.25
_LOG: Final = logging.getLogger("plures.nats")


class Receiver:
    """One subscription of a replica. All replicas share its messages.

    Args:
        subscription: `notifications.confirm`.
        operation: By which its events are delivered.
    """

    def __init__(
        self,
        connector: Connector,
        stream: Stream,
        subscription: str,
        operation: OperationDescription,
        *,
        dispatcher: Dispatcher,
        pace: Pace = Pace(),  # noqa: B008 - it cannot be changed
    ) -> None:
        self._connector = connector
        self._stream = stream
        self._subscription = subscription
        self._operation = operation
        self._dispatcher = dispatcher
        self._pace = pace
        self._handling: set[asyncio.Task[None]] = set()
        # Those of them that the next pull waits for: not one whose publisher does not answer, which may last as long as a deadline.
        self._busy: set[asyncio.Task[None] | None] = set()
        self._freed = asyncio.Event()
        self._pull: Pull | None = None
        self._is_closed = False
        self._is_set_up = False
        self._was_set_up = False
        self._failures = 0
        connector.use(self.serve)

    async def serve(self, connection: Connection) -> None:
        """Pull until cancelled or closed, whatever fails."""
        while not self._is_closed:
            began = monotonic()
            try:
                if not self._is_set_up:
                    await self._set_up(connection)
                self._pull = Pull(
                    connection, self._stream.pulling(self._subscription), self._arrived, self._has_room, self._pace
                )
                await self._pull.run()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is told, and the work must go on
                # Whatever it was, the consumer may be gone.
                self._is_set_up = self._is_set_up and connection.closed.is_set()
                if monotonic() - began > self._pace.lasting_s:
                    self._failures = 0
                self._failures += 1
                if not connection.closed.is_set():
                    self._tell_of(error)
                await asyncio.sleep(self._pace.again_s(self._failures))

    def close(self) -> None:
        """Take no more messages; one that arrives all the same goes to another replica."""
        self._is_closed = True
        if self._pull is not None:
            self._pull.end()

    async def finish(self) -> None:
        """Wait until what came of the messages in hand has been told."""
        if self._handling:
            await asyncio.wait(self._handling, timeout=self._pace.taken_s)
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    async def _set_up(self, connection: Connection) -> None:
        # A cluster that has lost a server may carry events, and not be able to make a consumer that is there anyway.
        with suppress(Trouble) if self._was_set_up else nullcontext():
            await self._stream.set_up_consumer(connection, self._subscription, self._pace)
        self._is_set_up = self._was_set_up = True

    def _tell_of(self, error: Exception) -> None:
        if not isinstance(error, Trouble):
            tell(_LOG, error, "pulling the events of %s failed; it goes on", self._subscription, again=True)
        # The first time, and rarer the longer it lasts.
        elif self._failures.bit_count() == 1:
            _LOG.warning("%s asks NATS for its events anew: %s", self._subscription, error)

    async def _has_room(self) -> None:
        while len(self._busy) > BATCH:
            self._freed.clear()
            await self._freed.wait()

    def _free(self, task: asyncio.Task[None] | None) -> None:
        self._busy.discard(task)
        self._freed.set()

    def _arrived(self, message: Msg) -> None:
        task = asyncio.create_task(self._give_back(message) if self._is_closed else self._handle(message))
        self._handling.add(task)
        self._busy.add(task)
        task.add_done_callback(self._handling.discard)
        task.add_done_callback(self._free)

    @staticmethod
    async def _give_back(message: Msg) -> None:
        # Where this fails, the server gives it to another a little later.
        with suppress(Exception):
            await message.nak()

    async def _handle(self, message: Msg) -> None:
        headers = message.headers or {}
        attempt, task = headers.get(words.ATTEMPT, ""), asyncio.current_task()
        left_s = await self._take(attempt)
        if left_s is not None:
            self._busy.add(task)
            until = monotonic() + left_s
            working = asyncio.create_task(self._keep(message))
            try:
                reply = await self._answer(message.data, headers, left_s)
            finally:
                working.cancel()
            self._free(task)
            await self._say(attempt, reply, until)
        # It has been handled, or no one waits for it: it must not come again. Where this fails it does, and no one waits for it then.
        with suppress(Exception):
            await message.ack()

    async def _take(self, attempt: str) -> float | None:
        """How long the publisher still waits, in seconds; None where it does not."""
        if not attempt.startswith("_INBOX."):
            return None
        until, may_have_agreed = monotonic() + self._pace.ask_s, False
        while True:
            try:
                left_ms = await self._connector.request(attempt, b"", {words.STEP: words.TAKE}, self._pace.taken_s)
            except Trouble as error:
                if isinstance(error, Absent) and not may_have_agreed:
                    return None
                # It may have said yes, or will when it wakes up, and waits then: ask again, also over the next connection.
                may_have_agreed = True
                self._free(asyncio.current_task())
            else:
                return int(left_ms) / 1000 if left_ms.isdigit() else None
            if monotonic() > until:
                await self._say(attempt, self._refusal(), 0.0)
                return None
            await asyncio.sleep(_AGAIN_S)

    async def _answer(self, body: bytes, headers: dict[str, str], left_s: float) -> Reply:
        """Run the call as one that came over HTTP."""
        hops = headers.get(words.HOPS, "1")
        request_id = connect.sane_request_id(headers.get(words.REQUEST_ID, "").encode())
        try:
            hops_so_far = int(hops) if hops.isdecimal() else 1
            traced = {name.lower().encode(): value.encode() for name, value in headers.items()}
            context = accept(self._operation, left_s, hops_so_far, request_id, trace=trace_from(traced.get))
            if words.CONTEXT in headers:
                self._dispatcher.believe(self._operation, context, headers[words.CONTEXT].encode())
        except CallError as error:
            return connect.error_reply(error, self._operation)
        return await self._dispatcher.unary(self._operation, context, body)

    async def _keep(self, message: Msg) -> None:
        """Tell the server that the message is being worked on, so that it gives it to no other."""
        while True:
            await asyncio.sleep(self._pace.silent_s / 3)
            with suppress(Exception):
                await message.in_progress()

    async def _say(self, attempt: str, reply: Reply, until: float) -> None:
        """Say what came of it until the publisher has heard it, also over a connection that is made meanwhile."""
        headers = {words.STEP: words.DONE, words.STATUS: str(reply.http_status)}
        if reply.outcome is not None:
            headers[words.OUTCOME] = reply.outcome
        while True:
            try:
                await self._connector.request(attempt, reply.body, headers, self._pace.taken_s)
            except Trouble:
                if monotonic() + _AGAIN_S > until:
                    return
            else:
                return
            await asyncio.sleep(_AGAIN_S)

    def _refusal(self) -> Reply:
        why = "the publisher did not answer when it was asked"
        error = Unavailable(self._operation.full_name, why, outcome=Outcome.NOT_SENT)
        return connect.error_reply(error, self._operation)
