"""Calls over the wire: sends a request to a replica, and to another one where `tries` and its policy allow that.

It knows the Connect protocol by `connect` and the network by `transport`, and neither more closely.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Final

from msgspec import structs

from plures.contract import Codec, Criticality, OperationDescription
from plures.errors import DeadlineExceeded, Internal, Outcome
from plures.logs import mark_told

from . import connect
from .acting import Seal
from .beside import heard_here, sent_headers
from .client import Counted, uncounted
from .context import CallContext, current
from .deadlines import Deadlines
from .hedging import hedged
from .policy import RetryBudget, admit, out_of_time
from .replicas import Endpoint, Endpoints, Heartbeats
from .running import Expired, run, run_stream
from .transport import Broken, NotSent, Outgoing, Reply, TooLarge, Transport
from .tries import Tries, is_refusal, once_more, turned_away

# These are errors of the replica; those below are of the request, or declared ones.
_ERRORS_FROM: Final = 500


class _Refused(Exception):
    """A replica takes no call now."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class RemoteCaller:
    """Calls operations of one capability that is hosted elsewhere.

    Args:
        checked: Check the type of each request, for development.
        shares_log: Whether the callee logs into the log of this process.
        heartbeats: What watches the endpoints; None where they cannot hang.
        seal: Signs the request context; None where it does not go: what runs elsewhere is not trusted with it.
        tries: Makes what decides on the tries of a call; another one may note what it does.

    Attributes:
        endpoints: Where the capability answers.
        budget: What calls may still be sent once more.
        critical_budget: The same of critical calls: compensation above all does not go short for what the rest has used up.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        transport: Transport,
        deadlines: Deadlines,
        *,
        checked: bool = False,
        shares_log: bool = False,
        heartbeats: Heartbeats | None = None,
        tries: Callable[..., Tries] = Tries,
        seal: Seal | None = None,
    ) -> None:
        self._seal = seal
        self._tries = tries
        self._shares_log = shares_log
        self.endpoints = endpoints
        self._heartbeats = heartbeats
        self.budget = RetryBudget(endpoints.policy)
        self.critical_budget = RetryBudget(endpoints.policy)
        self._transport = transport
        self._deadlines = deadlines
        self._encode = Codec.encode_checked if checked else Codec.encode

    def bind(self, operation: OperationDescription, counted: Counted = uncounted) -> Callable[..., Any]:
        """The operation as a caller in another process sees it."""
        operation.prepare()
        if operation.streams:
            return self._bind_stream(operation, counted)
        request_of, encode, deadlines = connect.request_builder(operation), self._encode, self._deadlines
        ask, beside = self._ask(operation), operation.beside
        calls = 0
        counted(lambda: calls)

        async def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            context = admit(operation, current.get())
            outgoing = connect.outgoing_of(operation, context, request_of(*args, **kwargs), encode, self._seal)
            if beside is not None:
                outgoing = _with_headers(operation, outgoing, args, kwargs)
            try:
                reply = await run(context, deadlines, ask(operation, context, outgoing))
                if outgoing.heard is not None:
                    outgoing.heard.take(reply.headers, reply.trailers)
                return connect.answer_of(operation, reply)
            except Internal as error:
                self._note(error, context)
                raise
            except (Expired, DeadlineExceeded) as error:
                raise _late(error, operation, context) from None

        return call

    async def send(self, operation: OperationDescription, context: CallContext, outgoing: Outgoing) -> Reply:
        """The reply to a request, which may tell an error; raises `CallError` where there is none."""
        return await self._ask(operation)(operation, context, outgoing)

    def send_streaming(
        self, operation: OperationDescription, context: CallContext, outgoing: Outgoing
    ) -> AsyncGenerator[Reply, None]:
        """The replies to a request, one for each item; the last may tell an error. Raises `CallError` where there is none."""
        return self._items(operation, context, outgoing, lambda _, reply: reply)

    def _ask(self, operation: OperationDescription) -> Callable[..., Coroutine[Any, Any, Reply]]:
        return self._hedged if operation.declaration.hedge_after_s else self._unary

    def _bind_stream(self, operation: OperationDescription, counted: Counted) -> Callable[..., Any]:
        request_of, encode = connect.request_builder(operation), self._encode
        calls = 0
        counted(lambda: calls)

        async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            nonlocal calls
            calls += 1
            context = admit(operation, current.get())
            outgoing = connect.outgoing_of(operation, context, request_of(*args, **kwargs), encode, self._seal)
            if operation.beside is not None:
                outgoing = _with_headers(operation, outgoing, args, kwargs)
            items = self._items(operation, context, outgoing, connect.answer_of)
            try:
                async with aclosing(run_stream(context, self._deadlines, items)) as stream:
                    async for item in stream:
                        yield item
            except Internal as error:
                self._note(error, context)
                raise
            except (Expired, DeadlineExceeded) as error:
                raise _late(error, operation, context) from None

        return call

    def _note(self, error: Internal, context: CallContext) -> None:
        """Say where the log has what happened."""
        error.request_id = context.request_id
        if self._shares_log:
            mark_told(error)

    async def _hedged(self, operation: OperationDescription, context: CallContext, outgoing: Outgoing) -> Reply:
        asked: list[Endpoint] = []

        def ask() -> Coroutine[Any, Any, Reply]:
            # A request of its own each time: what carries it is known by it.
            return self._unary(operation, context, structs.replace(outgoing), asked)

        def may_hedge() -> bool:
            return any(each not in asked for each in self.endpoints.known) and self._budget_of(context).take()

        return await hedged(ask, operation.declaration.hedge_after_s, may_hedge)

    async def _unary(
        self,
        operation: OperationDescription,
        context: CallContext,
        outgoing: Outgoing,
        asked: list[Endpoint] | None = None,
    ) -> Reply:
        budget = self._budget_of(context)
        budget.earn()
        tries = self._tries(operation, context, self.endpoints, budget, asked or ())
        while True:
            endpoint, sent = await tries.next(), outgoing
            if asked is not None:
                asked.append(endpoint)
            begun = self._begin(endpoint, sent)
            try:
                reply = await self._transport.unary(endpoint.url, sent)
            except NotSent as error:
                tries.unreachable(endpoint, error)
            except (Broken, TooLarge) as error:
                outgoing = await once_more(tries, endpoint, sent, error)
            except asyncio.CancelledError:
                endpoint.gave_up(begun)
                self._given_up(endpoint, context)
                raise
            else:
                if reply.http_status < _ERRORS_FROM:
                    endpoint.answered(begun)
                    return reply
                if not is_refusal(reply):
                    endpoint.erred(begun)
                    return reply
                endpoint.heard()
                await turned_away(tries, endpoint, operation, reply)
            finally:
                endpoint.end(sent)

    async def _items(
        self,
        operation: OperationDescription,
        context: CallContext,
        outgoing: Outgoing,
        read: Callable[[OperationDescription, Reply], Any],
    ) -> AsyncGenerator[Any, None]:
        budget = self._budget_of(context)
        budget.earn()
        tries = self._tries(operation, context, self.endpoints, budget)
        has_begun = False
        while True:
            endpoint, sent = await tries.next(), outgoing
            self._begin(endpoint, sent)
            try:
                async with aclosing(self._replies(operation, endpoint, sent)) as replies:
                    async for reply in replies:
                        has_begun = True
                        yield read(operation, reply)
            except _Refused as refusal:
                await turned_away(tries, endpoint, operation, refusal.reply)
            except NotSent as error:
                tries.unreachable(endpoint, error)
            except (Broken, TooLarge) as error:
                if has_begun:
                    raise tries.failure(endpoint, error) from None
                outgoing = await once_more(tries, endpoint, sent, error)
            else:
                return
            finally:
                endpoint.end(sent)

    async def _replies(
        self, operation: OperationDescription, endpoint: Endpoint, outgoing: Outgoing
    ) -> AsyncGenerator[Reply, None]:
        """What a replica streams, each message as a reply; raises `_Refused` too."""
        async with aclosing(self._transport.stream(endpoint.url, outgoing)) as chunks:
            head = await anext(chunks)
            endpoint.heard()
            if outgoing.heard is not None:
                outgoing.heard.take(head.headers, head.trailers)
            if is_refusal(head):
                raise _Refused(head)
            if head.http_status == connect.OK:
                connect.check_form(head, connect.STREAM_TYPE, operation)
            has_begun = False
            async for reply in connect.read_stream(head, chunks, outgoing.heard):
                # A replica that cannot take it refuses a stream in its end: the head is out by then.
                if not has_begun and is_refusal(reply):
                    raise _Refused(reply)
                has_begun = True
                yield reply

    def _budget_of(self, context: CallContext) -> RetryBudget:
        return self.critical_budget if context.criticality is Criticality.CRITICAL else self.budget

    def _begin(self, endpoint: Endpoint, outgoing: Outgoing) -> float:
        if self._heartbeats is not None:
            self._heartbeats.wake()
        return endpoint.begin(outgoing)

    def _given_up(self, endpoint: Endpoint, context: CallContext) -> None:
        # An inherited deadline may have left it no time at all.
        if context.expired and not context.is_inherited:
            self.endpoints.failed(endpoint)


def _with_headers(
    operation: OperationDescription, outgoing: Outgoing, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Outgoing:
    """A call with the headers that it says; who made it hears what comes beside the answer."""
    headers = sent_headers(operation, operation.headers_of(*args, **kwargs))
    return structs.replace(outgoing, headers=headers, heard=heard_here(operation))


def _late(error: Expired | DeadlineExceeded, operation: OperationDescription, context: CallContext) -> DeadlineExceeded:
    if isinstance(error, Expired):
        return out_of_time(operation, Outcome.MAY_HAVE_RUN, is_inherited=context.is_inherited)
    # The callee noticed first, and cannot know whether the deadline is the operation's own.
    late = DeadlineExceeded(error.operation, error.why, outcome=error.outcome, is_inherited=context.is_inherited)
    late.error_details = error.error_details
    return late
