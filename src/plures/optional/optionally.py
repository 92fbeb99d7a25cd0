"""`Optionally[Reviews]`: the client of a capability that its owner can do without.

It has no operations of its own, so that a call without a thought for the absence does not pass a type checker.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from math import inf
from time import monotonic
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar, overload

from plures.contract import DEFAULT_DEADLINE_S, ContractError, Criticality, OperationDescription
from plures.errors import CallError, Status
from plures.runtime import CallContext, Client, awaitable, current, is_blocking, operation_of, run_blocking

from .outage import Outage

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F")

_ABSENT: Final = frozenset(
    (
        Status.UNAVAILABLE,
        Status.DEADLINE_EXCEEDED,
        Status.INTERNAL,
        Status.UNKNOWN,
        Status.DATA_LOSS,
        Status.UNIMPLEMENTED,
    )
)
_SHARE: Final = 0.5
"""Of the time that its caller has left, a call may take so much at most: there is as much left to go without its answer."""

_LESS_CRITICAL: Final = {
    Criticality.CRITICAL: Criticality.NORMAL,
    Criticality.NORMAL: Criticality.SHEDDABLE,
    Criticality.SHEDDABLE: Criticality.SHEDDABLE,
}
"""What a request can do without gives way to what requests of its kind need."""


class Optionally(Generic[C]):
    """What a constructor receives for a parameter `reviews: Optionally[Reviews]`: the capability may be down, and its owner works on.

        await self.reviews.call(Reviews.summary, product_id)                    # a Summary, or None
        await self.reviews.call_or(NO_SUMMARY, Reviews.summary, product_id)     # a Summary

    It is *without* an answer when the capability is at fault: it cannot be reached, does not answer in time, or fails inside. A call may
    take what its operation declares, and at most half of the time that the caller has left; where there is too much to do, it is one step less
    critical than its caller. What is the caller's own
    doing is raised as by any client: a declared error, which is an answer, an invalid request, a limit, and its own deadline.

    The first call of an outage is a line in the log, and so is its end, which says how many calls went without.

    Args:
        client: A client of the capability, or what stands in for it in a test, as in `Optionally(fake(Reviews))`.
    """

    def __init__(self, client: C, *, outage: Outage | None = None) -> None:
        self._client = client
        self._is_client = isinstance(client, Client)
        self.outage = outage or Outage()

    def __repr__(self) -> str:
        return f"<optional {self._client!r}>"

    @overload
    def call(
        self, operation: Callable[Concatenate[C, P], Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T | None]: ...
    @overload
    def call(self, operation: Callable[Concatenate[C, P], T], *args: P.args, **kwargs: P.kwargs) -> T | None: ...

    def call(self, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What the operation answers; None where there is no answer. Awaited where the operation is: one that is a plain `def` blocks.

        Args:
            operation: As its contract has it: `Reviews.summary`.
        """
        return self.call_or(None, operation, *args, **kwargs)

    @overload
    def call_or(
        self,
        fallback: F,
        operation: Callable[Concatenate[C, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Coroutine[Any, Any, T | F]: ...
    @overload
    def call_or(
        self, fallback: F, operation: Callable[Concatenate[C, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | F: ...

    def call_or(self, fallback: Any, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What the operation answers; `fallback` where there is no answer."""
        # Looked up each time: while its replica starts, a client gets its operations later.
        call = getattr(self._client, operation.__name__)
        if is_blocking(call):
            return run_blocking(call, self._answer, (fallback, operation, *args), kwargs)
        return self._answer(fallback, operation, *args, **kwargs)

    async def _answer(self, fallback: Any, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        call = awaitable(getattr(self._client, operation.__name__))
        described = operation_of(call)
        if described is None or described.streams or not self._is_client:
            call = _standing_in(call, described)
        caller = current.get()
        within = None if caller is None else _as_extra(caller, described)
        token = None if within is None else current.set(within)
        try:
            answer = await call(*args, **kwargs)
        except (CallError, TimeoutError) as failure:
            if not _is_absence(failure) or (caller is not None and caller.deadline <= monotonic()):
                raise
            self.outage.failed(_capability(operation, described), failure)
            return fallback
        except ContractError:
            if self.outage.is_on:
                self.outage.answered(_capability(operation, described))
            raise
        finally:
            if token is not None:
                current.reset(token)
            if caller is not None and within is not None:
                caller.has_called |= within.has_called
        if self.outage.is_on:
            self.outage.answered(_capability(operation, described))
        return answer


def _as_extra(caller: CallContext, operation: OperationDescription | None) -> CallContext:
    """The caller as far as an optional call is concerned: with a part of the time that it has left, and one step less critical."""
    now = monotonic()
    share_s = (caller.deadline - now) * _SHARE
    is_enough = operation is not None and share_s >= operation.declaration.deadline_s
    deadline = caller.deadline if is_enough else now + share_s
    criticality = _LESS_CRITICAL[caller.criticality]
    # By position: a keyword costs half of a context more.
    root, trace, span = caller.root or caller, caller.trace, caller.span
    return CallContext(deadline, caller.hops, False, root, caller.operation, criticality, trace, span)


def _standing_in(
    call: Callable[..., Awaitable[T]], operation: OperationDescription | None
) -> Callable[..., Awaitable[T]]:
    """The call of what stands in for a client in a test, which knows no deadlines."""
    if operation is not None and operation.streams:
        message = f"{operation.full_name} streams, and a stream can end early: name the contract itself"
        raise TypeError(message)
    own_s = DEFAULT_DEADLINE_S if operation is None else operation.declaration.deadline_s

    async def in_time(*args: Any, **kwargs: Any) -> T:
        caller = current.get()
        left_s = inf if caller is None else caller.deadline - monotonic()
        async with asyncio.timeout(max(0.0, min(own_s, left_s))):
            return await call(*args, **kwargs)

    return in_time


def _capability(operation: Callable[..., object], described: OperationDescription | None) -> str:
    return operation.__qualname__.partition(".")[0] if described is None else described.capability


def _is_absence(failure: CallError | TimeoutError) -> bool:
    return isinstance(failure, TimeoutError) or failure.status in _ABSENT
