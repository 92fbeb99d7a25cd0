"""From a thread to a thread: a call that blocks, of a `def` method of this process, without the event loop in between.

It is the same call: the method runs in a thread of its own capability, in a place of it, within the deadline of the call. That takes two changes of
threads rather than four.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple

from plures.contract import OperationDescription
from plures.errors import Outcome, Status
from plures.runtime.context import CallContext, current
from plures.runtime.deadlines import Watch
from plures.runtime.policy import admit
from plures.runtime.running import Expired, run
from plures.runtime.values import answer_copier, answer_shape, arguments_copier, refuse_misfit
from plures.telemetry import Meter

from .jobs import Job, WaitedJob, job_here
from .portal import Portal
from .threads import NoPlace, Threads

_PLAIN: Final = "__plures_plain__"
_DIRECT: Final = "__plures_direct__"


class Plain(NamedTuple):
    """A `def` method of a service, and the threads that it runs in."""

    method: Callable[..., Any]
    threads: Threads


class Direct:
    """How threads call a `def` method of a service.

    Args:
        deadlines: Of the calls on the loop; for what a method returns to be awaited.
        failed: What the caller sees of an error.

        meter: Of the calls that do not go by way of the event loop.
    """

    def __init__(
        self,
        operation: OperationDescription,
        plain: Plain,
        deadlines: Watch,
        failed: Callable[[BaseException, OperationDescription, CallContext], Exception],
        meter: Meter,
    ) -> None:
        self._operation = operation
        self._method, self._threads = plain
        self._deadlines = deadlines
        self._failed = failed
        self._take, self._give = arguments_copier(operation), answer_copier(operation)
        self._fits = answer_shape(operation)
        self._meter, self._alone = meter, Lock()

    def through(self, portal: Portal, by_loop: Callable[..., Any]) -> Callable[..., Any]:
        """The function that calls it.

        Args:
            by_loop: Does the same by way of the event loop, which can wait for a place.
        """
        operation = self._operation

        def call(*args: Any, **kwargs: Any) -> Any:
            portal.loop_for(operation)
            here = job_here()
            if here is not None and here.is_abandoned:
                raise asyncio.CancelledError
            context = admit(operation, current.get())
            job = self._begin(context, self._work(args, kwargs))
            if job is None:
                return by_loop(*args, **kwargs)
            try:
                is_ended = _wait(job, here, portal, context)
                if job.has_given_up:
                    context.code = Status.CANCELED.value
                    if here is not None and here.is_abandoned:
                        raise asyncio.CancelledError
                    portal.refuse(operation, Outcome.MAY_HAVE_RUN)
                return self._outcome(job, context, portal, is_ended=is_ended)
            finally:
                with self._alone:
                    self._meter.end(context)

        return call

    def _work(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any]:
        """What the thread does. Arguments that do not fit are an error of the caller."""
        if self._take is not None:
            return partial(self._method, **self._take(*args, **kwargs))
        self._operation.signature.bind(*args, **kwargs)
        return partial(self._method, *args, **kwargs)

    def _begin(self, context: CallContext, work: Callable[[], Any]) -> WaitedJob | None:
        """The job that runs it; None where no place or thread is free."""
        if not self._threads.take_place():
            return None
        with self._alone:
            self._meter.begin(context)
        token = current.set(context)
        try:
            job = WaitedJob(self._threads, self._operation.full_name, work)
            self._threads.begin(job)
        except NoPlace:
            with self._alone:
                self._meter.withdraw(context)
            return None
        finally:
            current.reset(token)
        return job

    def _outcome(self, job: WaitedJob, context: CallContext, portal: Portal, *, is_ended: bool) -> Any:
        """The answer of a job, or what its caller sees of its error."""
        operation, give = self._operation, self._give
        try:
            answer = _answer(job, is_ended=is_ended)
            if hasattr(answer, "__await__"):
                # A function may also make what is to be awaited.
                answer = portal.call(operation, run, (context, self._deadlines, answer), {})
            _check_time(context)
            if give is not None:
                return give(answer)
            if not self._fits(answer):
                refuse_misfit(operation, answer)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the caller is told of each error that a service raises, as a failure
            raise self._failed(Expired() if context.is_over() else error, operation, context) from None
        else:
            return answer
        finally:
            # The traceback of an error holds this frame.
            del job


def _wait(job: WaitedJob, here: Job | None, portal: Portal, context: CallContext) -> bool:
    """Wait for a job as long as its call may take; tells whether it has ended."""
    portal.waits.add(job)
    if here is not None:
        here.waits(job)
    is_ended = job.ended.acquire(timeout=max(0.0, context.deadline - monotonic()))
    portal.waits.discard(job)
    if here is not None:
        here.goes_on()
    return is_ended


def _answer(job: WaitedJob, *, is_ended: bool) -> Any:
    if not is_ended:
        job.pool.abandon(job)
        raise Expired
    if job.error is not None:
        raise job.error
    return job.answer


def _check_time(context: CallContext) -> None:
    if context.deadline <= monotonic():
        raise Expired


def mark_plain(call: Callable[..., Any], plain: Plain) -> None:
    """Note of what makes an operation awaitable which method it runs."""
    setattr(call, _PLAIN, plain)


def plain_of(call: Callable[..., Any]) -> Plain | None:
    found = getattr(call, _PLAIN, None)
    return found if isinstance(found, Plain) else None


def mark_direct(call: Callable[..., Any], direct: Direct | None) -> None:
    """Note of a client's coroutine function how threads make the same call."""
    if direct is not None:
        setattr(call, _DIRECT, direct)


def direct_of(call: Callable[..., Any]) -> Direct | None:
    found: Direct | None = getattr(call, _DIRECT, None)
    return found
