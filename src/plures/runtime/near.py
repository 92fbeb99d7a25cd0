"""Calls without `await` to a service on the application's own tables: its method runs in the thread of its caller.

So it finds the connection, the session and the transaction that belong to that thread, as it did before it was a capability. It never runs
anywhere else than the edge, so no placement differs. Source: docs/adr/0035-data-as-it-is.md
"""

from collections.abc import Callable
from typing import Any, Final

from plures.contract import ContractDescription, OperationDescription

from .blocking import Portal, instead, runs_in_thread
from .client import Client
from .context import CallContext
from .local import by_reference
from .observed import MeterFor, unread


class _Unwatched:
    """No deadline can break off a thread: a call that came too late fails when it ends."""

    def enter(self, call: CallContext) -> None: ...

    def leave(self, call: CallContext) -> None: ...


_UNWATCHED: Final = _Unwatched()


def bring_near(
    client: Client,
    contract: ContractDescription,
    service: object,
    portal: Portal,
    meter_for: MeterFor = unread,
) -> None:
    """Let those operations run in the thread of their caller that are called without `await` and that the service has as plain functions."""
    for name, operation in contract.operations.items():
        method = getattr(service, name)
        if operation.blocks and runs_in_thread(method):
            setattr(client, name, instead(getattr(client, name), _near(operation, method, portal, meter_for)))


def _near(
    operation: OperationDescription, method: Callable[..., Any], portal: Portal, meter_for: MeterFor
) -> Callable[..., Any]:
    check = operation.signature.bind

    async def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        answer = method(*args, **kwargs)
        # A function may also make what is to be awaited.
        return portal.call(operation, _awaited, (answer,), {}) if hasattr(answer, "__await__") else answer

    def begin(*args: Any, **kwargs: Any) -> Any:
        check(*args, **kwargs)
        return run(args, kwargs)

    call = by_reference(operation, begin, _UNWATCHED, meter_for)

    def near(*args: Any, **kwargs: Any) -> Any:
        portal.allow(operation)
        work = call(*args, **kwargs)
        try:
            work.send(None)
        except StopIteration as ended:
            return ended.value
        message = f"{operation.full_name} waited for an event loop"
        raise RuntimeError(message)

    return near


async def _awaited(answer: Any) -> Any:
    return await answer
