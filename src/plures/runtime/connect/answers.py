"""What the callee writes: the bytes of its answers, of its errors, and of the end of a stream."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from plures.contract import AnyError, Binary, ContractError, Malformed, OperationDescription, Pairs, TooDeep
from plures.errors import FINER, CallError, ErrorDetail, LimitExceeded, Outcome, Overloaded
from plures.runtime.failures import bad_answer
from plures.runtime.policy import check_answer, check_error
from plures.runtime.transport import Reply

from .forms import JSON, Form, MessageCodec
from .words import END_FLAG, HTTP_STATUS, KIND, NOT_SENT, OUTCOME_HEADER, RETRY_AFTER, envelope

END_OF_STREAM: Final = envelope(b"{}", END_FLAG)
"""The last envelope of a stream that has failed in nothing."""


def encoded_answer(
    operation: OperationDescription, value: Any, encode: Callable[[MessageCodec, Any], bytes], form: Form = JSON
) -> bytes:
    """The message of what an operation returned or yielded; raises `CallError` where the contract does not allow it."""
    if operation.wraps_answer:
        python = operation.answer.message.python
        value = python(value) if operation.answer.message.fields else python()
    try:
        body = encode(form.answer(operation), value)
    except (Malformed, TooDeep) as error:
        raise bad_answer(error, operation) from None
    check_answer(operation, body)
    return body


def error_reply(
    error: CallError | ContractError, operation: OperationDescription, binary: Binary | None = None
) -> Reply:
    """The reply that tells an error; it tells another error where this one has fields that may not cross.

    Args:
        binary: The binary form of the contract: with it, a declared error is a detail that peers in all languages read.
    """
    error, body = _told(error, operation, binary)
    never_started = isinstance(error, CallError) and error.outcome is Outcome.NOT_SENT
    return Reply(HTTP_STATUS[error.status], body, NOT_SENT if never_started else None)


def error_that_crosses(error: CallError | ContractError, operation: OperationDescription) -> CallError | ContractError:
    """The error itself, or what callers over the wire are told in its place."""
    return _told(error, operation)[0]


def _told(
    error: CallError | ContractError, operation: OperationDescription, binary: Binary | None = None
) -> tuple[CallError | ContractError, bytes]:
    try:
        body = _error_body(error, operation, binary)
        check_error(operation, body)
    except (Malformed, TooDeep) as wrong:
        return _told(bad_answer(wrong, operation), operation)
    except LimitExceeded as too_large:
        return _told(too_large, operation)
    return error, body


def end_of_stream(
    error: CallError | ContractError | None,
    operation: OperationDescription,
    trailers: Pairs = (),
    binary: Binary | None = None,
) -> bytes:
    """The last envelope of a stream, which may have failed."""
    if error is None and not trailers:
        return END_OF_STREAM
    end: dict[str, object] = {}
    metadata: dict[str, list[str]] = {}
    for name, text in trailers:
        metadata.setdefault(name, []).append(text)
    if error is not None:
        reply = error_reply(error, operation, binary)
        end["error"] = msgspec.Raw(reply.body)
        if reply.outcome is not None:
            metadata[OUTCOME_HEADER] = [reply.outcome]
    if metadata:
        end["metadata"] = metadata
    return envelope(msgspec.json.encode(end), END_FLAG)


def _error_body(error: CallError | ContractError, operation: OperationDescription, binary: Binary | None) -> bytes:
    """The JSON object of an error; raises `Malformed` where a field of a declared error is not of its declared type."""
    if isinstance(error, CallError):
        kind = {KIND: error.code} if isinstance(error, FINER) else {}
        after = {RETRY_AFTER: error.retry_after_s} if isinstance(error, Overloaded) and error.retry_after_s else {}
        return msgspec.json.encode(
            {"code": error.status.value, "message": error.why} | kind | after | _details(error.error_details)
        )
    if isinstance(error, AnyError):
        return msgspec.json.encode({"code": error.status.value, "message": error.what} | _details(error.error_details))
    declared = next(declared for declared in operation.errors if type(error) is declared.python)
    message = declared.codec.message.python(**error.fields)
    fields = msgspec.Raw(declared.codec.encode_checked(message))
    told = {"type": declared.name, "fields": fields}
    details = error.error_details
    if binary is not None:
        # Without the numbers of a lock there is no detail: official clients take an empty `value` for a message of zeros, or refuse the
        # whole error where it is absent. They pass over keys that they do not know.
        details = (ErrorDetail(declared.name, binary.codec(declared.codec.message).encode(message), fields), *details)
    return msgspec.json.encode(
        {"code": error.status.value, "message": error.what, "declared": told} | _details(details)
    )


def _details(details: Sequence[ErrorDetail]) -> dict[str, object]:
    """What an error carries besides, as the protocol has it: base64 without padding."""
    if not details:
        return {}
    told: list[dict[str, object]] = []
    for each in details:
        value = base64.b64encode(each.value).decode().rstrip("=")
        told.append({"type": each.type, "value": value} | ({} if each.debug is None else {"debug": each.debug}))
    return {"details": told}
