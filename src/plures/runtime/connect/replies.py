"""What the caller reads: the values, errors and streams in the replies of a peer, which may be of any make."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec import structs

from plures.contract import (
    Binary,
    ContractError,
    ErrorDescription,
    Malformed,
    OperationDescription,
    Pairs,
    TooDeep,
    as_list,
    as_object,
    decode_base64,
)
from plures.errors import CallError, ErrorDetail, Outcome, Overloaded, Status
from plures.runtime.failures import bad_answer
from plures.runtime.policy import MAX_BODY_BYTES, check_answer, too_large
from plures.runtime.transport import Outgoing, Reply, TooLarge

from .forms import JSON, Form
from .packing import KNOWN, NotPacked, UnpacksTooLarge, most_packed_bytes, unpack
from .words import (
    COMPRESSED_FLAG,
    END_FLAG,
    HTTP_STATUS,
    KIND,
    NOT_SENT,
    OK,
    OUTCOME_HEADER,
    PREFIX,
    RETRY_AFTER,
    UNARY_TYPE,
)

_UNPACKED: Final = frozenset({b"", b"identity"})
_SHOWN: Final = 100
_ITEM: Final = "an item of the answer"
_LONGEST_WAIT_S: Final = 60.0
_STATUSES: Final[Mapping[str, Status]] = {status.value: status for status in Status}
_STATUS_OF_HTTP: Final[Mapping[int, Status]] = {
    400: Status.INTERNAL, 401: Status.UNAUTHENTICATED, 403: Status.PERMISSION_DENIED, 404: Status.UNIMPLEMENTED,
    429: Status.UNAVAILABLE, 502: Status.UNAVAILABLE, 503: Status.UNAVAILABLE, 504: Status.UNAVAILABLE,
}  # fmt: skip
# What gateways and routers answer in place of the operation. The codes of the protocol say less: an operation that ran may
# pass on that another one refused it, or raise a declared error that an older caller does not know.
_NEVER_STARTED: Final = frozenset({401, 403, 404})

_NO_END: Final = Reply(500, b'{"code":"internal","message":"the stream ended without a readable end"}')
_PACKED: Final = Reply(
    500, b'{"code":"internal","message":"a message of the stream has flags that were not agreed on"}'
)
_NO_STOP: Final = Reply(500, b'{"code":"internal","message":"the stream goes on after its end"}')
_END_DECODER: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NO_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def answer_of(operation: OperationDescription, reply: Reply, form: Form = JSON) -> Any:
    """The value in a reply; raises the error that the reply tells instead.

    Args:
        form: In which the answer was asked for.
    """
    if reply.http_status != OK:
        raise _error_of(operation, reply, form.binary)
    if reply.content_type is not None and (reply.content_type != form.unary_bytes or reply.encoding):
        check_form(reply, form.unary_type, operation)
    check_answer(operation, reply.body)
    try:
        answer = form.answer(operation).decode(reply.body)
    except (Malformed, TooDeep) as error:
        raise bad_answer(error, operation) from None
    if not operation.wraps_answer:
        return answer
    return answer.value if operation.answer.message.fields else None


async def read_stream(head: Reply, chunks: AsyncIterator[Reply], outgoing: Outgoing) -> AsyncIterator[Reply]:
    """Each message of a stream as a reply of its own; where the stream fails, the last reply tells the error.

    Args:
        head: What came first.
        chunks: What comes after it, cut anywhere.
        outgoing: What asked for it.

    Raises:
        TooLarge: A message is over the limit.
    """
    if head.http_status != OK:
        yield structs.replace(head, body=await _whole(chunks))
        return
    buffer = bytearray()
    packing = head.encoding.decode("latin-1").lower() if outgoing.accepts else ""
    async for chunk in chunks:
        buffer += chunk.body
        while len(buffer) >= PREFIX.size:
            flags, length = PREFIX.unpack_from(buffer)
            limit = MAX_BODY_BYTES if flags & END_FLAG else outgoing.max_answer_bytes
            if length > (most_packed_bytes(limit) if flags & COMPRESSED_FLAG else limit):
                raise TooLarge(too_large(_ITEM, length, limit))
            end = PREFIX.size + length
            if len(buffer) < end:
                break
            body = _message(bytes(buffer[PREFIX.size : end]), flags, packing, limit)
            del buffer[:end]
            if body is None:
                yield _PACKED
                return
            if flags & END_FLAG:
                if outgoing.heard is not None:
                    outgoing.heard.take_trailers(_trailers_in(body))
                failure = _failure_in(body) or (_NO_STOP if buffer else None)
                if failure is not None:
                    yield failure
                return
            yield Reply(OK, body)
    yield _NO_END


def _message(body: bytes, flags: int, encoding: str, limit: int) -> bytes | None:
    """A message of a stream; None where its flags or its packing were not agreed on. Raises `TooLarge`."""
    if not flags & ~END_FLAG:
        return body
    if flags & ~(END_FLAG | COMPRESSED_FLAG) or encoding not in KNOWN:
        return None
    try:
        return unpack(body, encoding, limit)
    except NotPacked:
        return None
    except UnpacksTooLarge:
        raise TooLarge(too_large(_ITEM, None, limit)) from None


def overload_in(reply: Reply) -> float | None:
    """The seconds after which an overloaded replica may be asked again, 0 where it says none; None where it is not overloaded."""
    body = as_object(_parsed(reply.body)) or {}
    return _retry_after_s(body.get(RETRY_AFTER)) if body.get(KIND) == Overloaded.code else None


def check_form(reply: Reply, expected: str, operation: OperationDescription, accepts: str = "") -> None:
    """Refuse an answer whose head says that it is of another form, or packed in a way that is not accepted; raises `CallError`."""
    content_type = _plain_type(reply)
    if content_type is not None and content_type != expected:
        # Another codec of the protocol is a mistake of the peer; else no peer of the protocol has answered.
        family = expected.removesuffix("json").removesuffix("proto")
        status = Status.INTERNAL if content_type.startswith(family) else Status.UNKNOWN
        why = f"the peer answered with the content type {content_type[:_SHOWN]!r}, not {expected}"
        raise CallError.of(status, operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)
    is_accepted = bool(accepts) and reply.encoding.decode("latin-1").lower() in KNOWN
    if reply.encoding.lower() not in _UNPACKED and not is_accepted:
        why = f"the answer is packed with {reply.encoding[:_SHOWN].decode('latin-1')!r}, which was not asked for"
        raise CallError.of(Status.INTERNAL, operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)


def _plain_type(reply: Reply) -> str | None:
    """The content type without its parameters; None where nothing carried the reply."""
    if reply.content_type is None:
        return None
    return reply.content_type.decode("latin-1").partition(";")[0].strip().lower()


async def _whole(chunks: AsyncIterator[Reply]) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk.body
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(too_large("the answer", len(body), MAX_BODY_BYTES, has_more=True))
    return bytes(body)


def _trailers_in(end: bytes) -> Pairs:
    """What the end of a stream says besides an error; nothing where it cannot be read: that is an error of its own."""
    metadata = as_object(_parsed(end)) or {}
    told = as_object(metadata.get("metadata")) or {}
    return tuple(
        (name.lower(), text) for name, texts in told.items() for text in as_list(texts) or [] if isinstance(text, str)
    )


def _failure_in(end: bytes) -> Reply | None:
    """The error in the end of a stream, as the reply of a unary call would tell it; None where the stream succeeded."""
    try:
        parts = _END_DECODER.decode(end)
    except _NO_JSON:
        return _NO_END
    error = parts.get("error", b"")
    told = _parsed(error)
    if not told:
        return None
    metadata = as_object(_parsed(parts.get("metadata", b""))) or {}
    [outcome, *_] = as_list(metadata.get(OUTCOME_HEADER)) or [None]
    return Reply(HTTP_STATUS[_code_of(told) or Status.UNKNOWN], bytes(error), outcome)


def _error_of(operation: OperationDescription, reply: Reply, binary: Binary | None) -> Exception:
    told = _parsed(reply.body) if _plain_type(reply) in {None, UNARY_TYPE} else None
    body = as_object(told) or {}
    declared = _declared(body, operation, binary)
    if declared is not None:
        return declared
    status = _code_of(told) or _STATUS_OF_HTTP.get(reply.http_status, Status.UNKNOWN)
    was_routed = "code" in body
    never_started = reply.outcome == NOT_SENT or (reply.http_status in _NEVER_STARTED and not was_routed)
    why = body.get("message")
    if not isinstance(why, str) or not why:
        why = "the peer gives no reason" if was_routed else f"the peer answered HTTP {reply.http_status}"
    outcome = Outcome.NOT_SENT if never_started else Outcome.MAY_HAVE_RUN
    error = CallError.of(status, operation.full_name, why, outcome=outcome, kind=body.get(KIND))
    error.error_details = _details(body)
    if isinstance(error, Overloaded):
        error.retry_after_s = _retry_after_s(body.get(RETRY_AFTER))
    return error


def _retry_after_s(said: object) -> float:
    return min(float(said), _LONGEST_WAIT_S) if isinstance(said, int | float) and said > 0 else 0.0


def _code_of(told: object) -> Status | None:
    return _STATUSES.get(str((as_object(told) or {}).get("code")))


def _declared(body: Mapping[str, Any], operation: OperationDescription, binary: Binary | None) -> Exception | None:
    """The declared error that a body tells: in `declared`, as Plures writes it, or in the details of other peers."""
    ours = as_object(body.get("declared"))
    told: list[tuple[object, object, Mapping[str, Any]]] = []
    if ours is not None:
        told.append((ours.get("type"), ours.get("fields"), {}))
    told += [(detail.get("type"), _fields_of(detail), detail) for detail in _objects(body)]
    for name, fields, detail in told:
        for declared in operation.errors:
            if name == declared.name:
                rebuilt = _rebuilt(declared, fields, detail, binary)
                if rebuilt is None:
                    return None
                text = body.get("message")
                if isinstance(text, str) and text:
                    rebuilt.with_text(text)
                rebuilt.error_details = tuple(each for each in _details(body) if each.type != name)
                return declared.seen(rebuilt)
    return None


def _objects(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in map(as_object, as_list(body.get("details")) or []) if each is not None]


def _details(body: Mapping[str, Any]) -> tuple[ErrorDetail, ...]:
    """The details of an error, whatever their types; those that are none are passed over."""
    found: list[ErrorDetail] = []
    for each in _objects(body):
        name, value = each.get("type"), each.get("value", "")
        if isinstance(name, str) and isinstance(value, str):
            with suppress(ValueError):
                found.append(ErrorDetail(name, decode_base64(value), each.get("debug")))
    return tuple(found)


def _fields_of(detail: Mapping[str, Any]) -> object:
    """The JSON of a detail; None where only its bytes say it. No bytes are a message of zeros."""
    debug = detail.get("debug")
    return {} if debug is None and not detail.get("value") else debug


def _rebuilt(
    declared: ErrorDescription, fields: Any, detail: Mapping[str, Any], binary: Binary | None
) -> ContractError | None:
    codec: Any = declared.codec
    try:
        if fields is None and binary is not None:
            message = binary.codec(codec.message).decode(decode_base64(str(detail.get("value", ""))))
        else:
            message = codec.from_data(fields)
    except (Malformed, TooDeep, ValueError):
        # A peer with another idea of the error: its code and text still arrive.
        return None
    values = {field.name: getattr(message, field.name) for field in codec.message.fields}
    return declared.python(**values)


def _parsed(body: bytes | msgspec.Raw) -> object:
    """The JSON of a body, or None where it is none."""
    try:
        return msgspec.json.decode(body)
    except _NO_JSON:
        return None
