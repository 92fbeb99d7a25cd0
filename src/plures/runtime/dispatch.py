"""The callee's side of a call over the wire: bytes → service → bytes. Knows nothing of HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from time import monotonic
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from plures.contract import Codec, ContractError, Malformed, OperationDescription, TooDeep
from plures.errors import CallError, LimitExceeded, Outcome, Unavailable

from . import connect
from .context import CallContext
from .deadlines import Deadlines
from .failures import bad_answer, bad_request, failure_of
from .policy import MAX_HOPS, check_size, out_of_time, too_many_hops
from .running import run, run_stream

_OK: Final = 200


class Incoming(msgspec.Struct, frozen=True):
    """What arrived with a request besides its body.

    Attributes:
        remaining_s: The time that the caller still has, in seconds; None when it did not say.
        hops: Calls between the root request and this one, this one included.
    """

    remaining_s: float | None = None
    hops: int = 1


class Dispatcher:
    """The operations that one replica serves.

    Args:
        checked: Check the type of everything that is answered, for development.
    """

    def __init__(self, deadlines: Deadlines, *, checked: bool = False) -> None:
        self._deadlines = deadlines
        self._encode = Codec.encode_checked if checked else Codec.encode
        self._operations: dict[str, OperationDescription] = {}
        self._calls: dict[str, Callable[[Any], Any]] = {}
        self._is_closed = False
        self._in_flight = 0
        self._idle: asyncio.Future[None] | None = None

    def serve(self, operations: Mapping[str, OperationDescription], service: object) -> None:
        """Take calls for a service's operations from now on."""
        for name, operation in operations.items():
            self._operations[operation.path] = operation
            self._calls[operation.path] = _call(operation, getattr(service, name))

    def close(self) -> None:
        """Refuse all calls from now on; callers turn to another replica."""
        self._is_closed = True

    def announce(self, operations: Mapping[str, OperationDescription]) -> None:
        """Know operations whose service is not ready yet, so that callers are told to come back rather than that they do not exist."""
        for operation in operations.values():
            self._operations[operation.path] = operation

    async def idle(self) -> None:
        """Return when no call is in flight."""
        while self._in_flight:
            self._idle = self._idle or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._idle)

    def operation(self, path: str) -> OperationDescription | None:
        """The operation behind a path, or None."""
        return self._operations.get(path)

    async def unary(self, operation: OperationDescription, incoming: Incoming, body: bytes) -> connect.Answer:
        """Run a unary operation; every failure becomes an answer."""
        self._enter()
        try:
            context, work = self._prepare(operation, incoming, body)
            value = await self._run(operation, context, work)
            return connect.Answer(_OK, _encoded(operation, value, self._encode))
        except (CallError, ContractError) as error:
            return error_answer(error, operation)
        finally:
            self._leave()

    async def stream(
        self, operation: OperationDescription, incoming: Incoming, body: bytes
    ) -> AsyncGenerator[bytes, None]:
        """Run a streaming operation; yield envelopes, the last one being the end of the stream."""
        self._enter()
        try:
            context, items = self._prepare(operation, incoming, body)
            async with aclosing(self._steps(operation, context, items)) as stream:
                async for item in stream:
                    yield connect.envelope(_encoded(operation, item, self._encode))
        except (CallError, ContractError) as error:
            yield end_of_stream(error, operation)
        else:
            yield connect.envelope(b"{}", connect.END_FLAG)
        finally:
            self._leave()

    def _prepare(self, operation: OperationDescription, incoming: Incoming, body: bytes) -> tuple[CallContext, Any]:
        """What is checked before the service is asked, and then its work; raises `CallError`."""
        context = _context(operation, incoming)
        request = _decoded(operation, body)
        call = self._call(operation)
        try:
            return context, call(request)
        except Exception as error:  # noqa: BLE001 - a service whose method is no coroutine may raise already here
            raise failure_of(error, operation, context) from None

    async def _run(self, operation: OperationDescription, context: CallContext, work: Any) -> Any:
        try:
            return await run(context, self._deadlines, work)
        except Exception as error:  # noqa: BLE001 - whatever the service raised is its caller's to know, as a failure
            raise failure_of(error, operation, context) from None

    async def _steps(
        self, operation: OperationDescription, context: CallContext, items: Any
    ) -> AsyncGenerator[Any, None]:
        try:
            async with aclosing(run_stream(context, self._deadlines, items)) as stream:
                async for item in stream:
                    yield item
        except Exception as error:  # noqa: BLE001 - as above
            raise failure_of(error, operation, context) from None

    def _enter(self) -> None:
        self._in_flight += 1

    def _leave(self) -> None:
        self._in_flight -= 1
        if self._idle is not None and not self._in_flight:
            self._idle.set_result(None)
            self._idle = None

    def _call(self, operation: OperationDescription) -> Callable[[Any], Any]:
        call = self._calls.get(operation.path)
        if call is None or self._is_closed:
            why = "the replica is stopping" if self._is_closed else "the replica is starting"
            raise Unavailable(operation.full_name, why, outcome=Outcome.NOT_SENT)
        return call


def _call(operation: OperationDescription, method: Callable[..., Any]) -> Callable[[Any], Any]:
    """How to call a service's method with a request."""
    if operation.is_positional:
        return lambda request: method(*astuple(request))
    names = tuple(operation.signature.parameters)
    return lambda request: method(**{name: getattr(request, name) for name in names})


def error_answer(error: Exception, operation: OperationDescription) -> connect.Answer:
    """A failure as a unary answer."""
    error, body = _written(error, operation)
    not_sent = isinstance(error, CallError) and error.outcome is Outcome.NOT_SENT
    return connect.Answer(connect.HTTP_STATUS[connect.status_of(error)], body, not_sent)


def end_of_stream(error: Exception, operation: OperationDescription) -> bytes:
    """A failure as the last envelope of a stream."""
    error, body = _written(error, operation)
    end: dict[str, object] = {"error": msgspec.Raw(body)}
    if isinstance(error, CallError) and error.outcome is Outcome.NOT_SENT:
        end["metadata"] = {connect.OUTCOME_HEADER: [Outcome.NOT_SENT.value]}
    return connect.envelope(msgspec.json.encode(end), connect.END_FLAG)


def _written(error: Exception, operation: OperationDescription) -> tuple[Exception, bytes]:
    """A failure and its JSON; another failure where that one has fields that may not cross."""
    try:
        body = connect.error_body(error, operation)
        check_size(operation, body, Outcome.MAY_HAVE_RUN)
    except (Malformed, TooDeep) as wrong:
        return _written(bad_answer(wrong, operation), operation)
    except LimitExceeded as too_large:
        return _written(too_large, operation)
    return error, body


def _context(operation: OperationDescription, incoming: Incoming) -> CallContext:
    declared_s = operation.declaration.deadline_s
    remaining_s = declared_s if incoming.remaining_s is None else min(declared_s, incoming.remaining_s)
    if remaining_s <= 0:
        raise out_of_time(operation, Outcome.NOT_SENT, is_inherited=False)
    if incoming.hops > MAX_HOPS:
        raise too_many_hops(operation)
    return CallContext(monotonic() + remaining_s, incoming.hops)


def _decoded(operation: OperationDescription, body: bytes) -> Any:
    check_size(operation, body, Outcome.NOT_SENT)
    try:
        return operation.request.decode(body)
    except (Malformed, TooDeep) as error:
        raise bad_request(error, operation) from None


def _encoded(operation: OperationDescription, value: Any, encode: Callable[[Codec, Any], bytes]) -> bytes:
    if operation.wraps_answer:
        python = operation.answer.message.python
        value = python(value) if operation.answer.message.fields else python()
    try:
        body = encode(operation.answer, value)
    except (Malformed, TooDeep) as error:
        raise bad_answer(error, operation) from None
    check_size(operation, body, Outcome.MAY_HAVE_RUN)
    return body
