"""One process: the whole application behind two sockets of this very process."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    nullcontext,
)
from typing import TypeAlias

from plures.application import Assembly
from plures.deploy.errors import application_raised
from plures.deploy.process_setup import freeze_gc
from plures.deploy.waiting import first
from plures.deploy.watchdog import watched_loop
from plures.host import Host, Placement

from .crowded import allow_files
from .served_host import ServedHost
from .signals import shutdown_signals
from .sockets import CONTROL_PORT, ListenAddress, ListenAddresses, listen

OnForced: TypeAlias = Callable[[Callable[[], None]], None]
"""Takes what cuts off what is in flight when the user insists."""


@asynccontextmanager
async def hosting(
    assembly: Assembly, placement: Placement, addresses: ListenAddresses, grace_s: float = 30.0
) -> AsyncGenerator[ServedHost]:
    """Serve a placement in this process while the context lasts; leaving it loses no request.

    Raises:
        PluresError: A port is taken, or the host cannot start; then nothing is left open.
    """
    served = _bound(assembly, placement, addresses, grace_s)
    await served.start()
    try:
        yield served
    finally:
        await served.stop()


async def one_process(
    assembly: Assembly,
    placement: Placement,
    addresses: ListenAddresses,
    *,
    say: Callable[[str], None],
    publish: Callable[[ServedHost], AbstractContextManager[object]] = nullcontext,
    grace_s: float = 30.0,
    blocked_loop_s: float = 0.0,
    beside: Callable[[ServedHost], AbstractAsyncContextManager[None]] | None = None,
    take_orders: Callable[[ServedHost, OnForced], AbstractAsyncContextManager[None]] | None = None,
) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP, then drain; a second SIGINT or SIGTERM cuts off what is in flight. The exit status.

    Args:
        say: Told what the user should know: addresses, ports that were taken, that it stops.
        publish: Entered once everything answers, left at the end.
        blocked_loop_s: Log what holds the event loop for longer, once everything answers; 0 for never.
        beside: Entered once the application answers, left before it stops.
        take_orders: Entered once the file about the run is there, left before it stops; may stop it.
    """
    allow_files()
    with shutdown_signals() as signals, ExitStack() as to_the_end:
        meanwhile = AsyncExitStack()
        served = _bound(assembly, placement, addresses, grace_s)
        signals.on_forced(served.hurry)
        try:
            await first(_started(served), signals.requested.wait())
            if not signals.requested.is_set():
                if beside is not None:
                    await meanwhile.enter_async_context(beside(served))
                freeze_gc()
                to_the_end.enter_context(publish(served))
                to_the_end.enter_context(watched_loop(blocked_loop_s))
                if take_orders is not None:
                    await meanwhile.enter_async_context(take_orders(served, signals.on_forced))
                for line in _welcome(assembly.name, served):
                    say(line)
                await signals.requested.wait()
                say("stopping: requests in flight are answered first; press Ctrl-C again to cut them off")
        finally:
            await meanwhile.aclose()
            await served.stop()
        return signals.status


async def _started(served: ServedHost) -> None:
    try:
        await served.start()
    except Exception as error:
        told = application_raised(error)
        if told is error:
            raise
        raise told from error


def _bound(assembly: Assembly, placement: Placement, addresses: ListenAddresses, grace_s: float) -> ServedHost:
    with ExitStack() as undo:
        public = listen(addresses.public) if placement.edge and assembly.edge is not None else None
        if public is not None:
            undo.callback(public.close)
        control = listen(ListenAddress(addresses.control_host, addresses.control_port, CONTROL_PORT))
        undo.callback(control.close)
        if addresses.is_sealed:
            control = control.sealed()
        served = ServedHost(
            Host(assembly, placement),
            control,
            public,
            grace_s,
            names=placement.names,
            public_names=placement.public_names,
        )
        undo.pop_all()
        return served


def _welcome(name: str, served: ServedHost) -> Iterator[str]:
    for listening in (served.public, served.control):
        if listening is not None and listening.note:
            yield listening.note
    if served.public_url is not None:
        yield f"{name}: {served.public_url}"
    yield f"health, contracts and calls: {served.control_url}"
