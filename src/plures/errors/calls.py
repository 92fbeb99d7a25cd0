"""Why a call through a contract failed, when the contract itself does not declare that error.

    PluresError
     └─ CallError                (any other code)     another failure that a peer answers
         ├─ InvalidRequest       invalid_argument     the request breaks the contract
         │   └─ KeyReused        invalid_argument     the key of a command belongs to another request
         ├─ DeadlineExceeded     deadline_exceeded    the time ran out
         ├─ Unavailable          unavailable          no replica could answer
         │   ├─ NeedUnreachable  unavailable          the operation ended, since something that it needs cannot be reached
         │   ├─ PeerUntrusted    unavailable          one side does not take the certificate of the other
         │   └─ Overloaded       unavailable          a replica has more to do than it can
         ├─ LimitExceeded        resource_exhausted   too many bytes, levels of JSON, or hops
         ├─ Unimplemented        unimplemented        the peer does not know the operation
         ├─ ContextRefused       unauthenticated      the request context that came with the call was not to be believed
         ├─ Unauthenticated      unauthenticated      the callee does not know who calls
         ├─ AccessDenied         permission_denied    the callee knows the caller, and it may not call this
         └─ Internal             internal             the operation failed with an undeclared error

Each of them says whether the operation was *not sent* or *may have run*: only a call that was not sent is safe to repeat.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from enum import StrEnum
from typing import ClassVar, Final

from .details import ErrorDetail
from .root import PluresError


class Status(StrEnum):
    """The 16 error codes of the Connect protocol."""

    CANCELED = "canceled"
    UNKNOWN = "unknown"
    INVALID_ARGUMENT = "invalid_argument"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    NOT_FOUND = "not_found"
    ALREADY_EXISTS = "already_exists"
    PERMISSION_DENIED = "permission_denied"
    RESOURCE_EXHAUSTED = "resource_exhausted"
    FAILED_PRECONDITION = "failed_precondition"
    ABORTED = "aborted"
    OUT_OF_RANGE = "out_of_range"
    UNIMPLEMENTED = "unimplemented"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"
    DATA_LOSS = "data_loss"
    UNAUTHENTICATED = "unauthenticated"


class Outcome(StrEnum):
    """What a caller knows about the side effects of a failed call."""

    NOT_SENT = "not sent"
    MAY_HAVE_RUN = "may have run"


_MOST_NOTED: Final = 100
_noted: Final[ContextVar["deque[CallError] | None"]] = ContextVar("plures_failures", default=None)


def note_failures() -> "Sequence[CallError]":
    """Note each failed call from here on, in this context and in what it starts. Returns where they will be, the newest of them."""
    noted: deque[CallError] = deque(maxlen=_MOST_NOTED)
    _noted.set(noted)
    return noted


class CallError(PluresError):
    """A call failed for a reason that its contract does not declare.

    Attributes:
        operation: Full name of the operation, `<package>.<Contract>/<Operation>`.
        outcome: Whether the operation was not sent or may have run.
        status: The Connect code of the failure.
        remedy: What usually helps against this kind of failure, wherever the callee runs.
        error_details: What the peer sent with it: `with_details` of a declared error passes it on.
    """

    code = "call.failed"
    error_details: tuple[ErrorDetail, ...] = ()
    status: Status = Status.UNKNOWN
    remedy: ClassVar[str] = ""

    def __init__(self, operation: str, why: str, *, outcome: Outcome, status: Status | None = None) -> None:
        super().__init__(f"Call of {operation} failed ({outcome})", why=why, fix=self.remedy)
        self.operation = operation
        self.outcome = outcome
        if status is not None:
            self.status = status
        noted = _noted.get()
        if noted is not None:
            noted.append(self)

    @staticmethod
    def of(status: Status, operation: str, why: str, *, outcome: Outcome, kind: object = None) -> "CallError":
        """A failed call with a Connect code, of the class that stands for the code.

        Args:
            kind: Our code, for a class that shares its Connect code with another one.
        """
        for finer in FINER:
            if kind == finer.code and status is finer.status:
                return finer(operation, why, outcome=outcome)
        return _BY_STATUS.get(status, CallError)(operation, why, outcome=outcome, status=status)


class InvalidRequest(CallError):
    """The request breaks the contract: wrong types, missing fields, values out of bounds, not JSON."""

    code = "call.invalid_request"
    status = Status.INVALID_ARGUMENT
    remedy = "Send what the contract says: `plures call --help` and the contract listing show it."


class KeyReused(InvalidRequest):
    """The key of a command came with other values before. What the command answered to them cannot be the answer to these."""

    code = "call.key_reused"
    remedy = "Send a command again with the values that it had, and give each new one a new key."


class DeadlineExceeded(CallError):
    """The time that the caller allows ran out.

    Attributes:
        is_inherited: Whether the deadline belongs to the request that this call is part of, rather than to the operation.
    """

    code = "call.deadline_exceeded"
    status = Status.DEADLINE_EXCEEDED
    remedy = "Look where the time went, or declare a longer deadline_s where the answer is worth waiting for."

    def __init__(
        self, operation: str, why: str, *, outcome: Outcome, status: Status | None = None, is_inherited: bool = False
    ) -> None:
        super().__init__(operation, why, outcome=outcome, status=status)
        self.is_inherited = is_inherited


class Unavailable(CallError):
    """No replica that could answer was reachable."""

    code = "call.unavailable"
    status = Status.UNAVAILABLE
    remedy = "See whether its process runs and is ready; its log says more."


class NeedUnreachable(Unavailable):
    """The operation began and ended, since something that it needs cannot be reached: what it sent there was not sent."""

    code = "call.need_unreachable"
    remedy = "See whether what it needs runs and is ready; its own log names it."


class PeerUntrusted(Unavailable):
    """No connection by TLS came about with any replica, since one side does not take the certificate of the other."""

    code = "call.peer_untrusted"
    remedy = (
        "Do what the reason in parentheses says; `plures tls show FILE` shows whose a certificate is, and until when."
    )


class Overloaded(Unavailable):
    """A replica has more to do than it can, and refused the call, or something that the operation needs refused it so.

    Attributes:
        retry_after_s: How long to wait before the same call is worth another try, in seconds; 0 where it was not said.
    """

    code = "call.overloaded"
    remedy = (
        "Ask less often, or give the process more replicas; what must not be refused declares criticality='critical'."
    )
    retry_after_s: float = 0.0


class LimitExceeded(CallError):
    """The call went over a limit of the platform: size of a message, depth of JSON, number of hops."""

    code = "call.limit_exceeded"
    status = Status.RESOURCE_EXHAUSTED
    remedy = (
        "Ask for less at a time: page it or stream it, or declare a higher max_request_bytes or max_response_bytes of the operation; nest "
        "less; break circles of calls."
    )


class Unimplemented(CallError):
    """The peer does not know this operation, or not the compression that the request came in."""

    code = "call.unimplemented"
    status = Status.UNIMPLEMENTED
    remedy = "Run the same version of the contract on both sides."


class ContextRefused(CallError):
    """The call came with a request context that no process of the run has signed for this request."""

    code = "call.context_refused"
    status = Status.UNAUTHENTICATED
    remedy = "Leave the header Plures-Context away: only processes of the run set it. By hand: `plures call --as`."


class Unauthenticated(CallError):
    """The callee does not know who calls: there is no token, or none that it knows."""

    code = "call.unauthenticated"
    status = Status.UNAUTHENTICATED
    remedy = "Send a token of the run or of a caller that plures.toml names; `plures token` prints one."


class AccessDenied(CallError):
    """The callee knows who calls, and that caller may not call the operation."""

    code = "call.access_denied"
    status = Status.PERMISSION_DENIED
    remedy = "Let a constructor name the contract that is called, or plures.toml the operation."


class Internal(CallError):
    """The operation failed with an error that its contract does not declare; the text of that error stays with the callee.

    Attributes:
        request_id: Of the request that failed: the log of the callee has the error under it. Empty where it is not known.
    """

    request_id: str = ""
    code = "call.internal"
    status = Status.INTERNAL
    remedy = "Read the log of the process that hosts it; declare the error where callers can act on it."


FINER: Final[tuple[type[CallError], ...]] = (KeyReused, NeedUnreachable, Overloaded, ContextRefused)
"""Those that share the code of the protocol with others: on the wire, our own code is said too."""

_BY_STATUS: Final[Mapping[Status, type[CallError]]] = {
    kind.status: kind
    for kind in (
        InvalidRequest,
        DeadlineExceeded,
        Unavailable,
        LimitExceeded,
        Unimplemented,
        Internal,
        Unauthenticated,
        AccessDenied,
    )
}
