"""One process: the whole application behind two sockets of this very process."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress

from plures.application import Assembly
from plures.deploy.process_setup import freeze_gc
from plures.deploy.waiting import first
from plures.host import Host, Placement

from .served_host import ServedHost
from .signals import shutdown_signals
from .sockets import CONTROL_PORT, ListenAddress, ListenAddresses, Listening, listen


class RunningHost:
    """A host that serves.

    Attributes:
        public_url: Where the edge answers; None when the application has none.
        control_url: Where health, contract listing and calls are.
        notes: What to tell the user about ports that were taken.
    """

    def __init__(self, host: Host, hosted: ServedHost, control: Listening, public: Listening | None) -> None:
        self.host = host
        self.public_url = None if public is None else public.url
        self.control_url = control.url
        self.notes = tuple(
            listening.note for listening in (public, control) if listening is not None and listening.note
        )
        self._hosted = hosted

    def hurry(self) -> None:
        """Cut off what is in flight, so that leaving the context takes no longer."""
        self._hosted.hurry()


@asynccontextmanager
async def hosting(
    assembly: Assembly, placement: Placement, wished: ListenAddresses, grace_s: float = 30.0
) -> AsyncGenerator[RunningHost]:
    """Serve a placement in this process while the context lasts; leaving it loses no request.

    Raises:
        PluresError: A port is taken, or the host cannot start; then nothing is left open.
    """
    with ExitStack() as undo:
        public = listen(wished.public) if placement.edge and assembly.edge is not None else None
        if public is not None:
            undo.callback(public.close)
        control = listen(ListenAddress(wished.control_host, wished.control_port, CONTROL_PORT))
        undo.callback(control.close)
        host = Host(assembly, placement)
        hosted = ServedHost(host, control.socket, None if public is None else public.socket, grace_s)
        await hosted.start()
        try:
            yield RunningHost(host, hosted, control, public)
        finally:
            await hosted.stop()


async def one_process(
    assembly: Assembly,
    placement: Placement,
    wished: ListenAddresses,
    *,
    say: Callable[[str], None],
    grace_s: float = 30.0,
) -> int:
    """Serve until SIGINT or SIGTERM, then drain; a second signal cuts off what is in flight. The exit status.

    Args:
        say: Told what the user should know: addresses, ports that were taken, that it stops.
    """
    with shutdown_signals() as signals:
        up = asyncio.Event()

        async def serve() -> None:
            async with hosting(assembly, placement, wished, grace_s) as running:
                up.set()
                freeze_gc()
                for line in _welcome(assembly.name, running):
                    say(line)
                await signals.requested.wait()
                say("stopping: requests in flight are answered first; press Ctrl-C again to cut them off")
                signals.on_forced(running.hurry)

        serving = asyncio.create_task(serve(), name="one process")
        await first(asyncio.wait([serving]), signals.requested.wait())
        if not up.is_set():
            serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        return signals.status


def _welcome(name: str, running: RunningHost) -> Iterator[str]:
    yield from running.notes
    if running.public_url is not None:
        yield f"{name}: {running.public_url}"
    yield f"health, contracts and calls: {running.control_url}"
