"""The service of the referee, connectrpc.conformance.v1.ConformanceService, as a contract: client streams are not of it."""

from collections.abc import AsyncIterator
from typing import Final, Protocol

from plures import AnyError, AnyHeaders, command, contract, query

from .messages import (
    Answer,
    ClientCompatRequest,
    ClientCompatResponse,
    RequestInfo,
    ServerCompatResponse,
    StreamCall,
    StreamResponseDefinition,
    UnaryCall,
    UnaryResponseDefinition,
)

# Longer than the protocol can say: a call has the deadline that the referee gives it, or none.
FOREVER_S: Final = 1e9
# What the referee gives every server as its limit.
MOST_BYTES: Final = 200 * 1024


@contract("connectrpc.conformance.v1", owner="tests")
class ConformanceService(Protocol):
    """Answers what the request asks for, with headers, trailers, texts and details, and echoes what it was sent."""

    @command(
        idempotent=True, deadline_s=FOREVER_S, errors=[AnyError],
        headers=AnyHeaders, trailers=AnyHeaders, max_request_bytes=MOST_BYTES,
    )  # fmt: skip
    async def unary(
        self,
        response_definition: UnaryResponseDefinition | None = None,
        request_data: bytes = b"",
        headers: AnyHeaders = AnyHeaders(),  # noqa: B008 - immutable
    ) -> Answer: ...
    @query(
        deadline_s=FOREVER_S, errors=[AnyError],
        headers=AnyHeaders, trailers=AnyHeaders, max_request_bytes=MOST_BYTES, cache_s=60,
    )  # fmt: skip
    async def idempotent_unary(
        self,
        response_definition: UnaryResponseDefinition | None = None,
        request_data: bytes = b"",
        headers: AnyHeaders = AnyHeaders(),  # noqa: B008 - immutable
    ) -> Answer: ...
    @query(
        deadline_s=FOREVER_S, errors=[AnyError],
        headers=AnyHeaders, trailers=AnyHeaders, max_request_bytes=MOST_BYTES,
    )  # fmt: skip
    def server_stream(
        self,
        response_definition: StreamResponseDefinition | None = None,
        request_data: bytes = b"",
        headers: AnyHeaders = AnyHeaders(),  # noqa: B008 - immutable
    ) -> AsyncIterator[Answer]: ...
    @command(deadline_s=FOREVER_S, headers=AnyHeaders, trailers=AnyHeaders)
    async def unimplemented(self, headers: AnyHeaders = AnyHeaders()) -> None: ...  # noqa: B008 - immutable


@contract("connectrpc.wiring.v1", owner="tests")
class Wiring(Protocol):
    """How the referee speaks to what it tests, on standard input and output; nobody calls it. What is echoed is here too, as values."""

    @command()
    async def call(self, request: ClientCompatRequest) -> ClientCompatResponse: ...
    @command()
    async def serve(self) -> ServerCompatResponse: ...
    @command()
    async def echo(
        self, unary: UnaryCall | None = None, stream: StreamCall | None = None, info: RequestInfo | None = None
    ) -> None: ...
