"""Calls over the wire: chooses a replica, sends the request, and turns to another replica where one did not take it.

A query or an idempotent command is sent once more where a connection of earlier requests proves to be closed.

It knows the Connect protocol by `connect` and the network by `transport`, and neither more closely.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any, Final

from msgspec import structs

from plures.contract import Codec, Malformed, OperationDescription, TooDeep
from plures.errors import CallError, DeadlineExceeded, Internal, LimitExceeded, Outcome, Unavailable
from plures.logs import mark_told

from . import connect
from .context import CallContext, current
from .deadlines import Deadlines
from .endpoints import Endpoint, Endpoints
from .failures import bad_request
from .policy import admit, check_size, out_of_time
from .running import Expired, run, run_stream
from .transport import Broken, NotSent, Outgoing, Reply, Stale, TooLarge, Transport

_NONE_IS_READY: Final = "no replica of it is ready"
_UNAVAILABLE: Final = connect.HTTP_STATUS[Unavailable.status]


class RemoteCaller:
    """Calls operations of one capability that is hosted elsewhere.

    Args:
        checked: Check the type of each request, for development.
        shares_log: Whether the callee logs into the log of this process.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        transport: Transport,
        deadlines: Deadlines,
        *,
        checked: bool = False,
        shares_log: bool = False,
    ) -> None:
        self._shares_log = shares_log
        self._endpoints = endpoints
        self._transport = transport
        self._deadlines = deadlines
        self._encode = Codec.encode_checked if checked else Codec.encode

    def bind(self, operation: OperationDescription) -> Callable[..., Any]:
        """The operation as a caller in another process sees it."""
        if operation.streams:
            return self._bind_stream(operation)
        request_of, encode, deadlines = _request_builder(operation), self._encode, self._deadlines

        async def call(*args: Any, **kwargs: Any) -> Any:
            context = admit(operation, current.get())
            outgoing = _outgoing(operation, context, request_of(*args, **kwargs), encode)
            try:
                return connect.answer_of(operation, await run(context, deadlines, self._unary(operation, outgoing)))
            except Internal as error:
                self._note(error, context)
                raise
            except (Expired, DeadlineExceeded) as error:
                raise _late(error, operation, context) from None

        return call

    def _bind_stream(self, operation: OperationDescription) -> Callable[..., Any]:
        request_of, encode = _request_builder(operation), self._encode

        async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            context = admit(operation, current.get())
            outgoing = _outgoing(operation, context, request_of(*args, **kwargs), encode)
            items = self._items(operation, outgoing)
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

    async def _unary(self, operation: OperationDescription, outgoing: Outgoing) -> Reply:
        tried: list[Endpoint] = []
        why = _NONE_IS_READY
        while (endpoint := self._endpoints.choose(tried)) is not None:
            endpoint.in_flight += 1
            try:
                reply = await self._transport.unary(endpoint.url, outgoing)
            except NotSent as error:
                why = f"{endpoint.url} cannot be reached ({error})"
            except (Broken, TooLarge) as error:
                outgoing = _once_more(operation, outgoing, endpoint, error)
                continue
            else:
                if not _is_refusal(reply):
                    return reply
                why = f"{endpoint.url} takes no calls now"
            finally:
                endpoint.in_flight -= 1
            self._endpoints.refused(endpoint)
            tried.append(endpoint)
        raise _none_took_it(operation, outgoing, why)

    async def _items(self, operation: OperationDescription, outgoing: Outgoing) -> AsyncGenerator[Any, None]:
        tried: list[Endpoint] = []
        why = _NONE_IS_READY
        has_begun = False
        while (endpoint := self._endpoints.choose(tried)) is not None:
            endpoint.in_flight += 1
            try:
                async with aclosing(self._transport.stream(endpoint.url, outgoing)) as chunks:
                    head = await anext(chunks)
                    if not _is_refusal(head):
                        if head.http_status == connect.OK:
                            connect.check_form(head, connect.STREAM_TYPE, operation)
                        async for reply in connect.read_stream(head, chunks):
                            # A replica that starts or drains refuses a stream in its end: the head is out by then.
                            if not has_begun and _is_refusal(reply):
                                break
                            has_begun = True
                            yield connect.answer_of(operation, reply)
                        else:
                            return
                    why = f"{endpoint.url} takes no calls now"
            except NotSent as error:
                why = f"{endpoint.url} cannot be reached ({error})"
            except (Broken, TooLarge) as error:
                outgoing = _once_more(operation, outgoing, endpoint, error)
                continue
            finally:
                endpoint.in_flight -= 1
            self._endpoints.refused(endpoint)
            tried.append(endpoint)
        raise _none_took_it(operation, outgoing, why)


def _request_builder(operation: OperationDescription) -> Callable[..., Any]:
    return operation.request.message.python if operation.is_positional else operation.request_of


def _outgoing(
    operation: OperationDescription, context: CallContext, request: Any, encode: Callable[[Codec, Any], bytes]
) -> Outgoing:
    try:
        body = encode(operation.request, request)
    except (Malformed, TooDeep) as error:
        raise bad_request(error, operation) from None
    check_size(operation, body, Outcome.NOT_SENT)
    if operation.streams:
        body = connect.envelope(body)
    remaining_ms = connect.timeout_ms(context.deadline - monotonic())
    hops, request_id = context.hops, context.request_id
    return Outgoing(operation.path, remaining_ms, hops, body, operation.streams, request_id=request_id)


def _is_refusal(reply: Reply) -> bool:
    """Whether the replica takes no calls now, because it starts or drains: another one may take the call."""
    return reply.http_status == _UNAVAILABLE and reply.outcome == connect.NOT_SENT


def _once_more(
    operation: OperationDescription, outgoing: Outgoing, endpoint: Endpoint, error: Broken | TooLarge
) -> Outgoing:
    """The request to send again, on a fresh connection; raises the failure where that is not allowed."""
    if isinstance(error, Stale) and operation.declaration.idempotent and not outgoing.fresh:
        return structs.replace(outgoing, fresh=True)
    raise _broken(operation, endpoint, error) from None


def _none_took_it(operation: OperationDescription, outgoing: Outgoing, why: str) -> Unavailable:
    # What is sent once more may have run the first time.
    outcome = Outcome.MAY_HAVE_RUN if outgoing.fresh else Outcome.NOT_SENT
    return Unavailable(operation.full_name, why, outcome=outcome)


def _broken(operation: OperationDescription, endpoint: Endpoint, error: Broken | TooLarge) -> CallError:
    if isinstance(error, TooLarge):
        return LimitExceeded(operation.full_name, str(error), outcome=Outcome.MAY_HAVE_RUN)
    why = f"the connection to {endpoint.url} broke ({error})"
    return Unavailable(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)


def _late(error: Expired | DeadlineExceeded, operation: OperationDescription, context: CallContext) -> DeadlineExceeded:
    if isinstance(error, Expired):
        return out_of_time(operation, Outcome.MAY_HAVE_RUN, is_inherited=context.is_inherited)
    # The callee noticed first, and cannot know whether the deadline is the operation's own.
    return DeadlineExceeded(error.operation, error.why, outcome=error.outcome, is_inherited=context.is_inherited)
