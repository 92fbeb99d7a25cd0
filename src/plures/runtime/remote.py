"""Calls over the wire, by the Connect protocol."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any, Final

from plures.contract import Codec, Malformed, OperationDescription, TooDeep, as_list, as_object
from plures.errors import CallError, DeadlineExceeded, Internal, LimitExceeded, Outcome, Unavailable

from . import connect
from .context import CallContext, current
from .deadlines import Deadlines
from .envelopes import read_envelopes, read_whole
from .failures import bad_answer, bad_request
from .policy import admit, check_size, out_of_time
from .replicas import Replica, Replicas
from .running import Expired, run, run_stream
from .transport import Broken, NotSent, Outgoing, Reply, TooLarge, Transport

_OK: Final = 200


class RemoteCaller:
    """Calls operations of one capability that is hosted elsewhere.

    Args:
        checked: Check the type of everything that is sent, for development.
    """

    def __init__(
        self, replicas: Replicas, transport: Transport, deadlines: Deadlines, *, checked: bool = False
    ) -> None:
        self._replicas = replicas
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
            body = _encoded(operation, request_of(*args, **kwargs), encode)
            outgoing = _outgoing(operation, context, body)
            try:
                return answer_of(operation, await run(context, deadlines, self._unary(operation, outgoing)))
            except (Expired, DeadlineExceeded) as error:
                raise _late(error, operation, context) from None

        return call

    def _bind_stream(self, operation: OperationDescription) -> Callable[..., Any]:
        request_of, encode = _request_builder(operation), self._encode

        async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            context = admit(operation, current.get())
            body = connect.envelope(_encoded(operation, request_of(*args, **kwargs), encode))
            items = self._items(operation, _outgoing(operation, context, body))
            try:
                async with aclosing(run_stream(context, self._deadlines, items)) as stream:
                    async for item in stream:
                        yield item
            except (Expired, DeadlineExceeded) as error:
                raise _late(error, operation, context) from None

        return call

    async def _unary(self, operation: OperationDescription, outgoing: Outgoing) -> Reply:
        tried: list[Replica] = []
        why = "no replica of it is ready"
        while (replica := self._replicas.choose(tried)) is not None:
            replica.in_flight += 1
            try:
                reply = await self._transport.unary(replica.url, outgoing)
            except NotSent as error:
                why = f"{replica.url} cannot be reached ({error})"
            except (Broken, TooLarge) as error:
                raise _broken(operation, replica, error) from None
            else:
                if not _turned_away(reply):
                    return reply
                why = f"{replica.url} takes no calls now"
            finally:
                replica.in_flight -= 1
            self._replicas.refused(replica)
            tried.append(replica)
        raise _unreachable(operation, why)

    async def _items(self, operation: OperationDescription, outgoing: Outgoing) -> AsyncGenerator[Any, None]:
        tried: list[Replica] = []
        why = "no replica of it is ready"
        has_begun = False
        while (replica := self._replicas.choose(tried)) is not None:
            replica.in_flight += 1
            try:
                async with aclosing(self._transport.stream(replica.url, outgoing)) as chunks:
                    head = await anext(chunks)
                    if not _turned_away(head):
                        async for item in _read_stream(operation, head, chunks):
                            has_begun = True
                            yield item
                        return
                    why = f"{replica.url} takes no calls now"
            except (
                Unavailable
            ) as error:  # A replica that starts or drains refuses streams in their end: the head is out by then.
                if has_begun or error.outcome is not Outcome.NOT_SENT:
                    raise
                why = f"{replica.url} takes no calls now"
            except NotSent as error:
                why = f"{replica.url} cannot be reached ({error})"
            except (Broken, TooLarge) as error:
                raise _broken(operation, replica, error) from None
            finally:
                replica.in_flight -= 1
            self._replicas.refused(replica)
            tried.append(replica)
        raise _unreachable(operation, why)


def answer_of(operation: OperationDescription, reply: Reply) -> Any:
    """The value of a unary reply, or its error raised."""
    if reply.http_status != _OK:
        raise connect.error_from(
            connect.parse_json(reply.body), operation, http_status=reply.http_status, outcome=reply.outcome
        )
    return _decoded(operation, reply.body)


async def _read_stream(
    operation: OperationDescription, head: Reply, chunks: AsyncIterator[Reply]
) -> AsyncIterator[Any]:
    if head.http_status != _OK:
        problem = connect.parse_json(await read_whole(chunks))
        raise connect.error_from(problem, operation, http_status=head.http_status, outcome=head.outcome)
    async for flags, body in read_envelopes(chunks):
        if flags & connect.END_FLAG:
            _raise_end(operation, body)
            return
        yield _decoded(operation, body)
    raise Unavailable(operation.full_name, "the stream broke off", outcome=Outcome.MAY_HAVE_RUN)


def _raise_end(operation: OperationDescription, body: bytes) -> None:
    end = as_object(connect.parse_json(body))
    if end is None:
        raise Internal(operation.full_name, "the stream ended without a readable end", outcome=Outcome.MAY_HAVE_RUN)
    if end.get("error"):
        outcome = as_list((as_object(end.get("metadata")) or {}).get(connect.OUTCOME_HEADER)) or [None]
        raise connect.error_from(end["error"], operation, outcome=outcome[0])


def _request_builder(operation: OperationDescription) -> Callable[..., Any]:
    return operation.request.message.python if operation.is_positional else operation.request_of


def _encoded(operation: OperationDescription, request: Any, encode: Callable[[Codec, Any], bytes]) -> bytes:
    try:
        body = encode(operation.request, request)
    except (Malformed, TooDeep) as error:
        raise bad_request(error, operation) from None
    check_size(operation, body, Outcome.NOT_SENT)
    return body


def _outgoing(operation: OperationDescription, context: CallContext, body: bytes) -> Outgoing:
    remaining_ms = connect.timeout_ms(context.deadline - monotonic())
    return Outgoing(operation.path, remaining_ms, context.hops, body, operation.streams)


def _decoded(operation: OperationDescription, body: bytes) -> Any:
    try:
        answer = operation.answer.decode(body)
    except (Malformed, TooDeep) as error:
        raise bad_answer(error, operation) from None
    if not operation.wraps_answer:
        return answer
    return answer.value if operation.answer.message.fields else None


def _turned_away(reply: Reply) -> bool:
    """A replica that starts or drains refuses politely: another one may take the call."""
    return reply.http_status == connect.HTTP_STATUS[Unavailable.status] and reply.outcome == Outcome.NOT_SENT.value


def _broken(operation: OperationDescription, replica: Replica, error: Broken | TooLarge) -> CallError:
    if isinstance(error, TooLarge):
        return LimitExceeded(operation.full_name, str(error), outcome=Outcome.MAY_HAVE_RUN)
    why = f"the connection to {replica.url} broke ({error})"
    return Unavailable(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)


def _late(error: Expired | DeadlineExceeded, operation: OperationDescription, context: CallContext) -> DeadlineExceeded:
    if isinstance(error, Expired):
        return out_of_time(operation, Outcome.MAY_HAVE_RUN, is_inherited=context.is_inherited)
    # The callee noticed first, and cannot know whether the deadline is the operation's own.
    return DeadlineExceeded(error.operation, error.why, outcome=error.outcome, is_inherited=context.is_inherited)


def _unreachable(operation: OperationDescription, why: str) -> Unavailable:
    return Unavailable(operation.full_name, why, outcome=Outcome.NOT_SENT)
