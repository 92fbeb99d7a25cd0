"""What a step calls: an operation of another capability or a method of the service itself, and how its outcome is kept."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, cast

import msgspec

from plures.contract import ContractError, OperationDescription, is_contract, read_contract, read_work
from plures.errors import CallError, DeadlineExceeded, Internal, Outcome, Unavailable, Unimplemented
from plures.runtime import Reply, answer_shape, connect, operation_of, refuse_misfit
from plures.sagas.errors import SagaCompensated, SagaIdReused, StepUnfit

from .handle import Part

_PASSING: Final = (Unavailable, DeadlineExceeded, Internal, Unimplemented)
DONE: Final = Reply(connect.OK, b"{}")


class Called(msgspec.Struct, frozen=True):
    """What a part of a step calls.

    Attributes:
        operation: Of a method of the service, what is kept of it as if it were one.
        is_own: Whether it is a method of the service, or another function in the process.
        fits: Whether an answer looks like one of its type; None where a client sees to that.
    """

    name: str
    operation: OperationDescription
    is_own: bool
    fits: Callable[[Any], bool] | None = None

    @property
    def lasts(self) -> bool:
        """Whether it must not be forgotten that it was answered: a command with a key is answered again as it was."""
        return self.is_own or not self.operation.declaration.key

    def reply(self, answer: Any) -> Reply:
        """An answer as it is kept; raises `CallError` where it is not of its type."""
        if self.fits is not None and not self.fits(answer):
            refuse_misfit(self.operation, answer)
        return Reply(connect.OK, connect.encoded_answer(self.operation, answer, connect.plainly))

    def error_reply(self, error: ContractError | CallError, *, did_nothing: bool) -> Reply:
        """An error as it is kept.

        Args:
            did_nothing: Whether what failed has certainly had no effect.
        """
        reply = connect.error_reply(error, self.operation)
        return Reply(reply.http_status, reply.body, Outcome.NOT_SENT.value if did_nothing else None)

    def declares(self, error: ContractError) -> bool:
        return any(type(error) is declared.python for declared in self.operation.errors)

    def outcome_of(self, reply: Reply) -> Any:
        """The answer in what was kept; raises the error that is in it."""
        return connect.answer_of(self.operation, reply)


def called(
    part: Part, service: object, path: str, errors: tuple[type[ContractError], ...], *, is_undo: bool = False
) -> Called:
    """What a part calls; raises `StepUnfit` for what could not be called again after a crash.

    Args:
        path: Names the service.
        errors: What its own methods may raise.
        is_undo: Whether its answer does not matter.
    """
    function = part.function
    of_client = operation_of(function)
    operation = of_client or _operation_of_service(function, service)
    if operation is None:
        own, known = getattr(function, "__func__", function), () if is_undo else errors
        return _own(own, cast("Any", type(service)), path, known, is_undo=is_undo)
    declaration = operation.declaration
    name = f"{operation.capability}.{operation.name}"
    if operation.streams:
        raise StepUnfit(name, "it streams", "Call it in a method of the service, which returns what is to be kept.")
    if not declaration.idempotent:
        problem = "it is not idempotent: after a crash, calling it again would do twice what it does"
        raise StepUnfit(name, problem, "Give it a key: @command(idempotent=True, key=…), and pass saga.id.")
    return Called(name, operation, is_own=False, fits=None if of_client else answer_shape(operation))


def is_passing(error: Exception | SystemExit) -> bool:
    """Whether another attempt may succeed."""
    if isinstance(error, CallError):
        return isinstance(error, _PASSING)
    return not isinstance(error, ContractError | StepUnfit | SagaCompensated | SagaIdReused)


def may_have_run(error: ContractError | CallError) -> bool:
    """Whether what failed may have had an effect: a declared error says that it has not."""
    return isinstance(error, CallError) and error.outcome is not Outcome.NOT_SENT


def _operation_of_service(function: Callable[..., Any], service: object) -> OperationDescription | None:
    """The operation whose implementation a method of another service is: tests pass services in place of clients."""
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if owner is None or owner is service:
        return None
    contract = next((base for base in type(owner).__mro__ if is_contract(base)), None)
    return None if contract is None else read_contract(contract)[0].operations.get(name)


@lru_cache(maxsize=1024)
def _own(
    function: Callable[..., Any], service: Any, path: str, errors: tuple[type[ContractError], ...], *, is_undo: bool
) -> Called:
    name = getattr(function, "__name__", "").lstrip("_") or repr(function)
    if name.startswith("<"):
        raise StepUnfit("a lambda", "it has no name", "Write a method of the service with a name.")
    try:
        operation, violations = read_work(service, path, _answering_none if is_undo else function, errors=errors)
    except (TypeError, ValueError, AttributeError) as error:
        raise StepUnfit(name, str(error), "Pass a method of the service, or an operation of a client.") from error
    if violations:
        problem = "; ".join(f"{violation.where}: {violation.what}" for violation in violations)
        raise StepUnfit(name, problem, violations[0].fix)
    if operation.blocks and not is_undo:
        problem = "it is a plain `def`, and would hold up the event loop that all sagas run in"
        raise StepUnfit(name, problem, "Write `async def`, and what blocks in it as `await asyncio.to_thread(…)`.")
    return Called(name, operation, is_own=True, fits=answer_shape(operation))


async def _answering_none() -> None: ...
