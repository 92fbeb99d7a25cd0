"""The referee's messages, as its service.proto and client_compat.proto have them: what travels, and how it speaks to what it tests."""

from enum import Enum

from plures import AnyMessage, Message


class Code(Enum):
    CODE_UNSPECIFIED = 0
    CODE_CANCELED = 1
    CODE_UNKNOWN = 2
    CODE_INVALID_ARGUMENT = 3
    CODE_DEADLINE_EXCEEDED = 4
    CODE_NOT_FOUND = 5
    CODE_ALREADY_EXISTS = 6
    CODE_PERMISSION_DENIED = 7
    CODE_RESOURCE_EXHAUSTED = 8
    CODE_FAILED_PRECONDITION = 9
    CODE_ABORTED = 10
    CODE_OUT_OF_RANGE = 11
    CODE_UNIMPLEMENTED = 12
    CODE_INTERNAL = 13
    CODE_UNAVAILABLE = 14
    CODE_DATA_LOSS = 15
    CODE_UNAUTHENTICATED = 16


class Compression(Enum):
    COMPRESSION_UNSPECIFIED = 0
    COMPRESSION_IDENTITY = 1
    COMPRESSION_GZIP = 2
    COMPRESSION_BR = 3
    COMPRESSION_ZSTD = 4
    COMPRESSION_DEFLATE = 5
    COMPRESSION_SNAPPY = 6


class Header(Message):
    name: str = ""
    value: tuple[str, ...] = ()


class Error(Message):
    code: Code = Code.CODE_UNSPECIFIED
    message: str | None = None
    details: tuple[AnyMessage, ...] = ()


class MessageContents(Message):
    binary: bytes | None = None
    text: str | None = None
    binary_message: AnyMessage | None = None
    compression: Compression = Compression.COMPRESSION_UNSPECIFIED


class StreamItem(Message):
    flags: int = 0
    length: int | None = None
    payload: MessageContents | None = None


class StreamContents(Message):
    items: tuple[StreamItem, ...] = ()


class RawHTTPResponse(Message):
    status_code: int = 0
    headers: tuple[Header, ...] = ()
    unary: MessageContents | None = None
    stream: StreamContents | None = None
    trailers: tuple[Header, ...] = ()


class UnaryResponseDefinition(Message):
    response_headers: tuple[Header, ...] = ()
    response_data: bytes | None = None
    error: Error | None = None
    response_trailers: tuple[Header, ...] = ()
    raw_response: RawHTTPResponse | None = None
    response_delay_ms: int = 0


class StreamResponseDefinition(Message):
    response_headers: tuple[Header, ...] = ()
    response_data: tuple[bytes, ...] = ()
    response_delay_ms: int = 0
    error: Error | None = None
    response_trailers: tuple[Header, ...] = ()
    raw_response: RawHTTPResponse | None = None


class UnaryCall(Message):
    """A `UnaryRequest` or `IdempotentUnaryRequest` as a value, which is echoed."""

    response_definition: UnaryResponseDefinition | None = None
    request_data: bytes = b""


class StreamCall(Message):
    """A `ServerStreamRequest` as a value, which is echoed."""

    response_definition: StreamResponseDefinition | None = None
    request_data: bytes = b""


class ConnectGetInfo(Message):
    query_params: tuple[Header, ...] = ()


class RequestInfo(Message):
    request_headers: tuple[Header, ...] = ()
    timeout_ms: int | None = None
    requests: tuple[AnyMessage, ...] = ()
    connect_get_info: ConnectGetInfo | None = None


class Payload(Message):
    """A `ConformancePayload`."""

    data: bytes = b""
    request_info: RequestInfo | None = None


class Answer(Message):
    """What all operations answer, each under a name of its own."""

    payload: Payload | None = None


class Nothing(Message):
    """A `google.protobuf.Empty`."""


class Cancel(Message):
    before_close_send: Nothing | None = None
    after_close_send_ms: int | None = None
    after_num_responses: int | None = None


class ClientCompatRequest(Message):
    """A call that the client under test shall make. What no case of ours sets is left out."""

    test_name: str = ""
    codec: int = 0
    compression: Compression = Compression.COMPRESSION_UNSPECIFIED
    host: str = ""
    port: int = 0
    message_receive_limit: int = 0
    method: str | None = None
    use_get_http_method: bool = False
    request_headers: tuple[Header, ...] = ()
    request_messages: tuple[AnyMessage, ...] = ()
    timeout_ms: int | None = None
    request_delay_ms: int = 0
    cancel: Cancel | None = None


class ClientResponseResult(Message):
    response_headers: tuple[Header, ...] = ()
    payloads: tuple[Payload, ...] = ()
    error: Error | None = None
    response_trailers: tuple[Header, ...] = ()


class ClientErrorResult(Message):
    message: str = ""


class ClientCompatResponse(Message):
    test_name: str = ""
    response: ClientResponseResult | None = None
    error: ClientErrorResult | None = None


class ServerCompatResponse(Message):
    host: str = ""
    port: int = 0
