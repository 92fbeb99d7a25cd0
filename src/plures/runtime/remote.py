"""Calls over the wire: sends a request to a replica, and to another one where `tries` and its policy allow that.

It knows the Connect protocol by `connect` and the network by `transport`, and neither more closely.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Final

from msgspec import structs

from plures.contract import Criticality, OperationDescription
from plures.errors import DeadlineExceeded, Internal, Status, Unavailable
from plures.logs import mark_told
from plures.telemetry import Meter, SpanKind

from . import connect
from .acting import Seal
from .beside import heard_here, sent_headers
from .context import CallContext, current
from .deadlines import Deadlines
from .hedging import hedged
from .observed import REMOTE, MeterFor, code_of, metered_stream, unread
from .policy import RetryBudget, admit
from .replicas import Endpoint, Endpoints, Heartbeats
from .running import Expired, run, run_stream
from .transport import Broken, NotSent, Outgoing, Reply, TooLarge, Transport
from .tries import Refused, Tries, is_refusal, late, once_more, streamed, turned_away, was_not_sent

# These are errors of the replica; those below are of the request, or declared ones.
_ERRORS_FROM: Final = 500


class RemoteCaller:
    """Calls operations of one capability that is hosted elsewhere.

    Args:
        checked: Check the type of each request, for development.
        shares_log: Whether the callee logs into the log of this process.
        heartbeats: What watches the endpoints; None where they cannot hang.
        seal: Signs the request context; None where it does not go: what runs elsewhere is not trusted with it.
        tries: Makes what decides on the tries of a call; another one may note what it does.
        binaries: The binary forms of contracts, where its policy wants them; with None, all messages are JSON.
        ends: What takes the headers by which answers say that an operation is deprecated or will end.
        is_ours: Whether the callee knows the id of a request by its trace, so that it is told but once.

    Attributes:
        endpoints: Where the capability answers.
        budget: What calls may still be sent once more.
        critical_budget: The same of critical calls: compensation above all does not go short for what the rest has used up.
        nearer: What calls the capability by reference, where it has come into this process: calls that were on their way go on there.
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
        binaries: connect.Binaries | None = None,
        ends: connect.Ends = connect.unheard,
        is_ours: bool = False,
    ) -> None:
        self._seal, self._is_ours = seal, is_ours
        self._speech = connect.Speech(endpoints.policy, binaries, ends)
        self.nearer: Callable[[OperationDescription], Callable[..., Any]] | None = None
        self._tries, self._shares_log = tries, shares_log
        self.endpoints, self._heartbeats = endpoints, heartbeats
        self.budget, self.critical_budget = RetryBudget(endpoints.policy), RetryBudget(endpoints.policy)
        self._transport, self._deadlines = transport, deadlines
        self._encode = connect.with_checks if checked else connect.plainly

    def bind(self, operation: OperationDescription, meter_for: MeterFor = unread) -> Callable[..., Any]:
        """The operation as a caller in another process sees it."""
        operation.prepare()
        meter = meter_for(operation, SpanKind.CLIENT, REMOTE)
        if operation.streams:
            return self._bind_stream(operation, meter)
        deadlines, ask, speech = self._deadlines, self._ask(operation), self._speech

        async def call(*args: Any, **kwargs: Any) -> Any:
            context = admit(operation, current.get())
            meter.begin(context)
            try:
                written = self._writing(operation, context, args, kwargs)
                outgoing = written(speech.form(operation))
                reply = await run(context, deadlines, ask(operation, context, outgoing))
                while (outgoing.mark or outgoing.query) and speech.is_refused(operation, outgoing, reply):
                    outgoing = written(speech.form(operation))
                    reply = await run(context, deadlines, ask(operation, context, outgoing))
                meter.sent_bytes += len(outgoing.body) + len(outgoing.query)
                meter.received_bytes += len(reply.body)
                if outgoing.heard is not None:
                    outgoing.heard.take(reply.headers, reply.trailers)
                return connect.answer_of(operation, reply, speech.form_of(outgoing))
            except (Expired, DeadlineExceeded) as error:
                context.code = Status.DEADLINE_EXCEEDED.value
                raise late(error, operation, context) from None
            except BaseException as error:
                if isinstance(error, Internal):
                    self._note(error, context)
                context.code = code_of(error)
                if self.nearer is None or not was_not_sent(error):
                    raise
                nearer = self.nearer(operation)
            finally:
                meter.end(context)
            return await nearer(*args, **kwargs)

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

    def _bind_stream(self, operation: OperationDescription, meter: Meter) -> Callable[..., Any]:
        async def answer(
            context: CallContext, args: tuple[Any, ...], kwargs: dict[str, Any]
        ) -> AsyncGenerator[Any, None]:
            written = self._writing(operation, context, args, kwargs)
            outgoing = written(self._speech.form(operation))
            items = self._items(operation, context, outgoing, connect.answer_of)
            if outgoing.mark:
                items = self._items_in_either(operation, context, outgoing, written)
            try:
                async with aclosing(run_stream(context, self._deadlines, items)) as stream:
                    async for item in stream:
                        yield item
            except Internal as error:
                self._note(error, context)
                raise
            except Unavailable as error:
                # Of a stream that has begun, the failure says that it may have run.
                if self.nearer is None or not was_not_sent(error):
                    raise
                async with aclosing(self.nearer(operation)(*args, **kwargs)) as stream:
                    async for item in stream:
                        yield item
            except (Expired, DeadlineExceeded) as error:
                raise late(error, operation, context) from None

        return metered_stream(operation, meter, answer)

    async def _items_in_either(
        self, operation: OperationDescription, context: CallContext, outgoing: Outgoing, written: connect.Written
    ) -> AsyncGenerator[Any, None]:
        """The items of a stream that is asked for in the binary form, and then in JSON where the callee does not speak that. Who listens is known already."""

        def read(operation: OperationDescription, reply: Reply) -> Any:
            return self._speech.item_of(operation, outgoing, reply)

        try:
            async with aclosing(self._items(operation, context, outgoing, read)) as items:
                async for item in items:
                    yield item
        except connect.OtherForm:
            again = structs.replace(written(connect.JSON), heard=outgoing.heard)
            async with aclosing(self._items(operation, context, again, connect.answer_of)) as items:
                async for item in items:
                    yield item

    def _writing(
        self, operation: OperationDescription, context: CallContext, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> connect.Written:
        """What writes the request of a call in a form. Who made the call hears what comes beside the answer."""
        request = connect.request_builder(operation)(*args, **kwargs)

        def written(form: connect.Form) -> Outgoing:
            plain = connect.outgoing_of(
                operation, context, request, self._encode, self._seal, form=form, is_ours=self._is_ours
            )
            outgoing = self._speech.packed(operation, plain)
            if operation.beside is None:
                return outgoing
            headers = sent_headers(operation, operation.headers_of(*args, **kwargs))
            return structs.replace(outgoing, headers=headers, heard=heard_here(operation))

        return written

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
                reply = self._speech.taken(operation, sent, await self._transport.unary(endpoint.url, sent))
            except NotSent as error:
                tries.unreachable(endpoint, error)
            except (Broken, TooLarge) as error:
                outgoing = await once_more(tries, endpoint, sent, error)
            except asyncio.CancelledError:
                endpoint.gave_up(begun)
                self._given_up(endpoint, context)
                raise
            else:
                is_fine = reply.http_status < _ERRORS_FROM
                if is_fine or not is_refusal(reply):
                    (endpoint.answered if is_fine else endpoint.erred)(begun)
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
                async with aclosing(streamed(self._transport, self._speech, operation, endpoint, sent)) as replies:
                    async for reply in replies:
                        has_begun = True
                        yield read(operation, reply)
            except Refused as refusal:
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
