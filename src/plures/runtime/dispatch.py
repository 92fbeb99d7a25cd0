"""The callee's side of a call over the wire: the bytes of a request → the service → the bytes of a reply.

It does not know how the bytes arrived; `plures.http` and `loopback` bring them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from msgspec.structs import astuple, replace

from plures.contract import Binary, ContractError, Fits, Malformed, OperationDescription, Pairs, TooDeep
from plures.errors import CallError, ContextRefused, InvalidRequest, Outcome, Unavailable
from plures.telemetry import Meter, SpanKind

from . import connect
from .acting import Forged, Seal, Unreadable
from .admission import Gate
from .beside import read_headers
from .context import CallContext, Said
from .deadlines import Deadlines
from .failures import bad_request, failure_of
from .observed import REMOTE, MeterFor, code_of, unread
from .policy import MAX_BODY_BYTES, check_request
from .running import run, run_stream
from .transport import Reply
from .values import answer_shape, refuse_misfit


class Dispatcher:
    """The operations that one replica serves.

    Args:
        meter_for: What measures the calls of an operation.
        checked: Check the type of each answer, for development.
        seal: Reads the request contexts that arrive; with None they are passed over.
        binaries: The binary forms of contracts; with None, all messages are JSON.

    Attributes:
        binaries: The same.
    """

    def __init__(
        self,
        deadlines: Deadlines,
        meter_for: MeterFor = unread,
        *,
        checked: bool = False,
        seal: Seal | None = None,
        binaries: connect.Binaries | None = None,
    ) -> None:
        self._meter_for = meter_for
        self._meters: dict[str, Meter] = {}
        self.seal = seal
        self.binaries = binaries
        self._deadlines = deadlines
        self._encode = connect.with_checks if checked else connect.plainly
        self._operations: dict[str, OperationDescription] = {}
        self._calls: dict[str, Callable[..., Any]] = {}
        self._shapes: dict[str, Fits] = {}
        self._gates: dict[str, Gate] = {}
        self._is_closed = False
        self._in_flight = 0
        self._idle: asyncio.Future[None] | None = None

    def announce(self, operations: Mapping[str, OperationDescription]) -> None:
        """Know operations whose service is not ready yet: they are unavailable to callers, rather than unknown."""
        for operation in operations.values():
            if operation.path not in self._operations:
                self._meters[operation.path] = self._meter_for(operation, SpanKind.SERVER, REMOTE)
            self._operations[operation.path] = operation

    def serve(self, operations: Mapping[str, OperationDescription], service: object, gate: Gate | None = None) -> None:
        """Take calls for a service's operations from now on; those that a gate refuses are *not sent*."""
        self.announce(operations)
        for name, operation in operations.items():
            if gate is not None:
                self._gates[operation.path] = gate
            operation.prepare()
            self._shapes[operation.path] = answer_shape(operation)
            self._calls[operation.path] = _call(operation, getattr(service, name))

    def withdraw(self, operations: Mapping[str, OperationDescription]) -> None:
        """Take calls for these operations no longer: they are unavailable here, which did not start them."""
        for operation in operations.values():
            self._calls.pop(operation.path, None)

    def close(self) -> None:
        """Refuse all calls from now on; callers turn to another replica."""
        self._is_closed = True

    async def idle(self) -> None:
        """Return when no call is in flight."""
        while self._in_flight:
            self._idle = self._idle or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._idle)

    def most_request_bytes(self, path: str) -> int:
        """How many bytes the message of a request for this path may have."""
        operation = self._operations.get(path)
        return MAX_BODY_BYTES if operation is None else operation.declaration.max_request_bytes

    def operation(self, path: str) -> OperationDescription | None:
        """The operation behind a path, or None."""
        return self._operations.get(path)

    def believe(self, operation: OperationDescription, context: CallContext, sealed: bytes) -> None:
        """Take over on whose behalf a call that arrived is made, as its header says; raises `CallError`: it did not start."""
        if self.seal is None:
            return
        try:
            context.acting = self.seal.open(sealed, context.id)
        except Forged as error:
            why = f"its request context is not to be believed: {error}"
            raise ContextRefused(operation.full_name, why, outcome=Outcome.NOT_SENT) from None
        except Unreadable as error:
            why = f"its request context cannot be read: {error}"
            raise InvalidRequest(operation.full_name, why, outcome=Outcome.NOT_SENT) from None

    async def unary(
        self, operation: OperationDescription, context: CallContext, body: bytes, form: connect.Form = connect.JSON
    ) -> Reply:
        """Run a unary operation on the message of its request; a failure is a reply too."""
        meter = self._enter(operation, context)
        entered, gate, is_fine = None, self._gates.get(operation.path), False
        try:
            if gate is not None:
                entered = gate.enter(operation.path, context.criticality) or await gate.wait(operation.path, context)
            work = self._begin(operation, context, body, form)
            try:
                value = await run(context, self._deadlines, work)
            except Exception as error:  # noqa: BLE001 - the caller is told of each error that a service raises, as a failure
                raise failure_of(error, operation, context) from None
            is_fine = True
            reply = Reply(connect.OK, self._encoded(operation, value, form))
        except (CallError, ContractError) as error:
            context.code = code_of(error)
            reply = connect.error_reply(error, operation, self._binary(operation))
        except BaseException as error:
            context.code = code_of(error)
            raise
        finally:
            if gate is not None and entered is not None:
                gate.leave(operation.path, entered, is_fine=is_fine)
            self._leave(meter, context)
        meter.received_bytes += len(body)
        meter.sent_bytes += len(reply.body)
        said = context.said
        return reply if said is None else replace(reply, headers=said.headers, trailers=said.trailers)

    async def stream(
        self, operation: OperationDescription, context: CallContext, body: bytes, form: connect.Form = connect.JSON
    ) -> AsyncGenerator[bytes, None]:
        """Run a streaming operation on the message of its request; yield envelopes, the last of which ends the stream."""
        meter = self._enter(operation, context)
        entered, gate = None, self._gates.get(operation.path)
        try:
            if gate is not None:
                entered = gate.enter(operation.path, context.criticality) or await gate.wait(operation.path, context)
            items = self._begin(operation, context, body, form)
            async with aclosing(self._steps(operation, context, items)) as stream:
                async for item in stream:
                    envelope = connect.envelope(self._encoded(operation, item, form))
                    if context.said is not None:
                        context.said.is_begun = True
                    yield envelope
        except (CallError, ContractError) as error:
            context.code = code_of(error)
            yield connect.end_of_stream(error, operation, _trailers(context), self._binary(operation))
        else:
            yield connect.end_of_stream(None, operation, _trailers(context))
        finally:
            if gate is not None and entered is not None:
                gate.leave(operation.path, None)
            self._leave(meter, context)

    def _begin(self, operation: OperationDescription, context: CallContext, body: bytes, form: connect.Form) -> Any:
        """The service's work, to be awaited or iterated; raises `CallError` where it cannot begin."""
        request = _decoded(operation, body, form)
        headers: dict[str, Any] = {}
        if operation.beside is not None:
            context.said = context.said or Said()
            headers = read_headers(operation, context.said.sent)
        call = self._calls.get(operation.path)
        if call is None or self._is_closed:
            why = "the replica is stopping" if self._is_closed else "the replica is starting"
            raise Unavailable(operation.full_name, why, outcome=Outcome.NOT_SENT)
        try:
            return call(request, **headers)
        except Exception as error:  # noqa: BLE001 - a service whose method is no coroutine may raise already here
            raise failure_of(error, operation, context) from None

    def _encoded(self, operation: OperationDescription, value: Any, form: connect.Form) -> bytes:
        if not self._shapes[operation.path](value):
            refuse_misfit(operation, value)
        return connect.encoded_answer(operation, value, self._encode, form)

    async def _steps(
        self, operation: OperationDescription, context: CallContext, items: Any
    ) -> AsyncGenerator[Any, None]:
        try:
            async with aclosing(run_stream(context, self._deadlines, items)) as stream:
                async for item in stream:
                    yield item
        except Exception as error:  # noqa: BLE001 - as above
            raise failure_of(error, operation, context) from None

    def _binary(self, operation: OperationDescription) -> Binary | None:
        return None if self.binaries is None else self.binaries.of(operation)

    def _enter(self, operation: OperationDescription, context: CallContext) -> Meter:
        self._in_flight += 1
        meter = self._meters[operation.path]
        meter.begin(context)
        return meter

    def _leave(self, meter: Meter, context: CallContext) -> None:
        meter.end(context)
        self._in_flight -= 1
        if self._idle is not None and not self._in_flight:
            self._idle.set_result(None)
            self._idle = None


def _call(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
    """How to call a service's method with a request."""
    if operation.is_positional:
        in_order: Callable[[Any], Any] = lambda request: method(*astuple(request))  # noqa: E731 - so that its type is known
        return in_order
    names = tuple(field.name for field in operation.request.message.fields)

    def call(request: Any, **headers: Any) -> Any:
        return method(**{name: getattr(request, name) for name in names}, **headers)

    return call


def _trailers(context: CallContext) -> Pairs:
    return () if context.said is None else context.said.trailers


def _decoded(operation: OperationDescription, body: bytes, form: connect.Form) -> Any:
    check_request(operation, body)
    try:
        return form.request(operation).decode(body)
    except (Malformed, TooDeep) as error:
        raise bad_request(error, operation) from None
