"""Sends requests to what is tested: through a client, as another capability would, or as JSON to an address, as a caller in any language."""

import asyncio
import json
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import aclosing, contextmanager, nullcontext
from typing import Any, Final, Protocol

from plures.contract import OperationDescription
from plures.errors import PluresError
from plures.http import HttpTransport
from plures.runtime import Broken, NotSent, Outgoing, TooLarge, acting_for, connect, new_request_id
from plures.tls import Recognising

from .heard import Heard, answered, failed, read_answer, read_error

_MOST_ITEMS: Final = 100
"""A stream is left after so many: what follows them is of the same types."""
_SLACK_S: Final = 0.5
"""For the way there and back, beyond the deadline that the callee keeps."""


class Asker(Protocol):
    """Sends one request, and says what came back."""

    async def ask(self, operation: OperationDescription, body: Mapping[str, Any]) -> Heard:
        """Send the JSON of a request."""
        ...


class ClientAsker:
    """Asks through a client of the contract. The request must be one that the contract allows.

    Args:
        client: Of the placement.
        behalf: The request context of its calls; None for none.
    """

    def __init__(self, client: Any, behalf: Any = None) -> None:
        self._client = client
        self._behalf = behalf

    async def ask(self, operation: OperationDescription, body: Mapping[str, Any]) -> Heard:
        request = operation.request.decode(json.dumps(body).encode())
        names = [field.name for field in operation.request.message.fields]
        call: Callable[..., Any] = getattr(self._client, operation.name)
        arguments = {name: getattr(request, name) for name in names}
        with _logged() as lines, nullcontext() if self._behalf is None else acting_for(self._behalf):
            try:
                items = await _items(operation, call, arguments)
            except Exception as error:  # noqa: BLE001 - whatever a client raises is what its caller gets
                heard = failed(operation, error)
                log = "" if heard.is_fine else "\n".join(lines)
                return Heard(heard.code, heard.declared, heard.body, heard.problems, heard.never_ran, log)
        return answered(operation, items)


async def _items(operation: OperationDescription, call: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    if not operation.streams:
        if operation.blocks:
            return [await asyncio.to_thread(call, **arguments)]
        return [await call(**arguments)]
    items: list[Any] = []
    async with aclosing(call(**arguments)) as stream:
        async for item in stream:
            items.append(item)
            if len(items) == _MOST_ITEMS:
                break
    return items


class UrlAsker:
    """Asks what answers at an address, in whatever language it is written.

    Args:
        url: Of the replica: `http://127.0.0.1:8080`.
        token: What lets its caller in; empty where nothing is asked for.
        tls: How it is recognised; None where its host name counts.
    """

    def __init__(self, url: str, token: str = "", tls: Recognising | None = None) -> None:
        self.url = url
        self._transport = HttpTransport({url: token} if token else {}, tls=tls)

    async def ask(self, operation: OperationDescription, body: Mapping[str, Any] | list[Any]) -> Heard:
        written = json.dumps(body).encode()
        outgoing = Outgoing(
            operation.path,
            connect.timeout_ms(operation.declaration.deadline_s),
            1,
            connect.envelope(written) if operation.streams else written,
            streams=operation.streams,
            request_id=new_request_id(),
            max_answer_bytes=operation.declaration.max_response_bytes,
        )
        with _logged() as lines:
            try:
                async with asyncio.timeout(operation.declaration.deadline_s + _SLACK_S):
                    heard = await (self._stream if operation.streams else self._unary)(operation, outgoing)
            except NotSent as error:
                raise NotAnswering(self.url, str(error)) from None
            except TimeoutError:
                return Heard("deadline_exceeded", body={"message": "no answer"})
            except (Broken, TooLarge) as error:
                return Heard("unknown", body={"message": f"{type(error).__name__}: {error}"})
            log = "" if heard.is_fine else "\n".join(lines)
        return Heard(heard.code, heard.declared, heard.body, heard.problems, heard.never_ran, log)

    async def call(self, operation: OperationDescription, request: Any) -> Any:
        """The answer to a request message, or the error that is told instead, raised. Not for streams."""
        outgoing = Outgoing(
            operation.path,
            connect.timeout_ms(operation.declaration.deadline_s),
            1,
            operation.request.encode(request),
            request_id=new_request_id(),
            max_answer_bytes=operation.declaration.max_response_bytes,
        )
        try:
            return connect.answer_of(operation, await self._transport.unary(self.url, outgoing))
        except (NotSent, Broken, TooLarge) as error:
            raise NotAnswering(self.url, str(error)) from None

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()

    async def _unary(self, operation: OperationDescription, outgoing: Outgoing) -> Heard:
        reply = await self._transport.unary(self.url, outgoing)
        if reply.http_status != connect.OK:
            return read_error(operation, reply.body, never_ran=reply.outcome == connect.NOT_SENT)
        return read_answer(operation, reply.body)

    async def _stream(self, operation: OperationDescription, outgoing: Outgoing) -> Heard:
        items: list[Heard] = []
        async with aclosing(self._transport.stream(self.url, outgoing)) as chunks:
            async for reply in connect.read_stream(await anext(chunks), chunks, outgoing):
                if reply.http_status != connect.OK:
                    return read_error(operation, reply.body, never_ran=reply.outcome == connect.NOT_SENT)
                items.append(read_answer(operation, reply.body))
                if len(items) == _MOST_ITEMS:
                    break
        problems = tuple(problem for item in items for problem in item.problems)
        return Heard(body=[item.body for item in items], problems=problems)


class NotAnswering(PluresError):
    """Nothing answers at the address that is tested."""

    code = "testing.not_answering"

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"Nothing answers at {url}", why=why, fix="Start the service, and name its address with --url."
        )


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _logged() -> Generator[list[str]]:
    """What the call path logs meanwhile: an error that a contract does not declare is told there, and not to the caller."""
    handler, log = _Lines(), logging.getLogger("plures.calls")
    log.addHandler(handler)
    try:
        yield handler.lines
    finally:
        log.removeHandler(handler)
