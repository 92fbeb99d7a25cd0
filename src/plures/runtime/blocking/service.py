"""A service with `def` methods, as callers get it: its operations are awaited, and run in threads."""

import functools
import inspect
from collections.abc import Callable, Coroutine, Sequence
from types import SimpleNamespace
from typing import Any

from plures.contract import ContractDescription, OperationDescription
from plures.errors import Outcome, Overloaded
from plures.runtime.failures import Refusal

from .direct import Plain, mark_plain
from .leftovers import tidily
from .threads import NoPlace, Threads


def runs_in_thread(method: Any) -> bool:
    """Whether it is a plain function that may block, rather than one that makes something to await or to iterate."""
    innermost: Any = inspect.unwrap(method)
    is_asynchronous = any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each) for each in (method, innermost)
    )
    return inspect.isroutine(method) and not is_asynchronous


def threaded(
    service: object,
    contract: ContractDescription,
    threads: Callable[[], Threads],
    after: Sequence[Callable[[], object]] = (),
) -> object:
    """The service, whose `def` methods run in threads; itself where it has none.

    Args:
        threads: Gives the pool, which is not made before it is needed.
        after: What runs in the thread after each call, to give back what that has left there.
    """
    methods = {name: getattr(service, name) for name in contract.operations}
    plain = [name for name, each in methods.items() if not contract.operations[name].streams and runs_in_thread(each)]
    if not plain:
        return service
    pool = threads()
    return SimpleNamespace(
        **methods
        | {name: in_thread(contract.operations[name], tidily(_contained(methods[name]), after), pool) for name in plain}
    )


def _contained(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, which ends neither the event loop nor the process: in a thread, `sys.exit` ends the thread alone."""

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except (SystemExit, KeyboardInterrupt, GeneratorExit) as end:
            message = f"it raised {type(end).__name__}"
            raise RuntimeError(message) from end

    return run


def in_thread(
    operation: OperationDescription, method: Callable[..., Any], threads: Threads
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """A method of a service, run in a thread for each call."""
    check, name, places = operation.signature.bind, operation.full_name, threads.places

    async def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            answer = await threads.run(name, method, args, kwargs)
        except NoPlace:
            why = f"its capability has {places} threads, and they are taken (`threads` of [policy])"
            raise Refusal(Overloaded(name, why, outcome=Outcome.NOT_SENT)) from None
        # A function may also make what is to be awaited.
        return await answer if hasattr(answer, "__await__") else answer

    def call(*args: Any, **kwargs: Any) -> Coroutine[Any, Any, Any]:
        # Outside of the coroutine: arguments that do not fit are a TypeError of the caller.
        check(*args, **kwargs)
        return run(args, kwargs)

    mark_plain(call, Plain(method, threads))
    return call
