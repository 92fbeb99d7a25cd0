"""The service under test, as any service of Plures is written: what its contract declares is all that it has."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from plures import AnyError, AnyHeaders, AnyMessage, ErrorDetail, Status, tell_headers, tell_trailers, time_left_s

from .contract import FOREVER_S, ConformanceService
from .messages import (
    Answer,
    Error,
    Header,
    Payload,
    RequestInfo,
    StreamCall,
    StreamResponseDefinition,
    UnaryCall,
    UnaryResponseDefinition,
)
from .wiring import packed

PACKAGE = "connectrpc.conformance.v1"


class Service(ConformanceService):
    async def unary(
        self,
        response_definition: UnaryResponseDefinition | None = None,
        request_data: bytes = b"",
        headers: AnyHeaders = AnyHeaders(),  # noqa: B008 - immutable
    ) -> Answer:
        request = UnaryCall(response_definition, request_data)
        return await _answer(response_definition, _info(headers, packed(f"{PACKAGE}.UnaryRequest", request)))

    async def idempotent_unary(
        self,
        response_definition: UnaryResponseDefinition | None = None,
        request_data: bytes = b"",
        headers: AnyHeaders = AnyHeaders(),  # noqa: B008 - immutable
    ) -> Answer:
        request = UnaryCall(response_definition, request_data)
        return await _answer(response_definition, _info(headers, packed(f"{PACKAGE}.IdempotentUnaryRequest", request)))

    async def server_stream(
        self,
        response_definition: StreamResponseDefinition | None = None,
        request_data: bytes = b"",
        headers: AnyHeaders = AnyHeaders(),  # noqa: B008 - immutable
    ) -> AsyncIterator[Answer]:
        request = StreamCall(response_definition, request_data)
        info = _info(headers, packed(f"{PACKAGE}.ServerStreamRequest", request))
        definition = response_definition or StreamResponseDefinition()
        _tell(definition.response_headers, definition.response_trailers)
        for number, data in enumerate(definition.response_data):
            await asyncio.sleep(definition.response_delay_ms / 1000)
            yield Answer(Payload(data, None if number else info))
        if definition.error is not None:
            raise _failure(definition.error, None if definition.response_data else info)

    async def unimplemented(self, headers: AnyHeaders = AnyHeaders()) -> None:  # noqa: B008 - immutable
        raise NotImplementedError


async def _answer(definition: UnaryResponseDefinition | None, info: RequestInfo) -> Answer:
    if definition is None:
        return Answer(Payload(request_info=info))
    _tell(definition.response_headers, definition.response_trailers)
    await asyncio.sleep(definition.response_delay_ms / 1000)
    if definition.error is not None:
        raise _failure(definition.error, info)
    return Answer(Payload(definition.response_data or b"", info))


def _tell(headers: Sequence[Header], trailers: Sequence[Header]) -> None:
    tell_headers(AnyHeaders.of((each.name, text) for each in headers for text in each.value))
    tell_trailers(AnyHeaders.of((each.name, text) for each in trailers for text in each.value))


def _info(headers: AnyHeaders, request: AnyMessage) -> RequestInfo:
    names = dict.fromkeys(name for name, _ in headers.pairs)
    left_s = time_left_s() or 0.0
    return RequestInfo(
        tuple(Header(name, headers.texts(name)) for name in names),
        None if left_s > FOREVER_S / 2 else round(left_s * 1000),
        (request,),
    )


def _failure(error: Error, info: RequestInfo | None) -> AnyError:
    status = [*Status][error.code.value - 1]
    details = [ErrorDetail(each.type_name, each.value or b"") for each in error.details]
    if info is not None:
        told = packed(f"{PACKAGE}.ConformancePayload.RequestInfo", info)
        details.append(ErrorDetail(told.type_name, told.value or b""))
    failure = AnyError(status, error.message or "")
    failure.with_details(*details)
    return failure
