"""How large the messages of an operation may be, and what is said of one that is larger."""

from typing import Final

from plures.contract import DEFAULT_MESSAGE_BYTES, OperationDescription
from plures.errors import LimitExceeded, Outcome

MAX_BODY_BYTES: Final = DEFAULT_MESSAGE_BYTES
"""Of a message whose operation declares no other limit, of an error, and of the end of a stream."""


def too_large(what: str, size: int | None, limit: int, *, has_more: bool = False) -> str:
    """What is said of a message over its limit.

    Args:
        what: Whose size it is: "the request".
        size: How many bytes it has; None where it was not unpacked to its end.
        has_more: Whether more may have followed, which was not read.
    """
    if size is None:
        return f"{what} unpacks to more than the limit of {limit:,} bytes"
    return f"{what} has {'at least ' if has_more else ''}{size:,} bytes, over the limit of {limit:,}"


def request_too_large(operation: OperationDescription, size: int | None) -> LimitExceeded:
    """The failure of a call whose request is over the limit of its operation; it did not start."""
    why = too_large("the request", size, operation.declaration.max_request_bytes)
    return LimitExceeded(operation.full_name, why, outcome=Outcome.NOT_SENT)


def answer_too_large(operation: OperationDescription, size: int | None) -> LimitExceeded:
    """The same of its answer, or of an item of its stream."""
    what = "an item of the answer" if operation.streams else "the answer"
    why = too_large(what, size, operation.declaration.max_response_bytes)
    return LimitExceeded(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)


def check_request(operation: OperationDescription, body: bytes) -> None:
    """Refuse the message of a request that is too large; raises `LimitExceeded`."""
    if len(body) > operation.declaration.max_request_bytes:
        raise request_too_large(operation, len(body))


def check_answer(operation: OperationDescription, body: bytes) -> None:
    """The same for the message of an answer, or of an item."""
    if len(body) > operation.declaration.max_response_bytes:
        raise answer_too_large(operation, len(body))


def check_error(operation: OperationDescription, body: bytes) -> None:
    """The same for an error: a limit that an operation declares for its answers must not keep its errors from crossing."""
    if len(body) > MAX_BODY_BYTES:
        why = too_large("the error", len(body), MAX_BODY_BYTES)
        raise LimitExceeded(operation.full_name, why, outcome=Outcome.MAY_HAVE_RUN)
