"""Where a run takes orders: a Unix socket that its user alone may enter, and that the file of the run names.

An order is carried out to its end, also when who gave it is gone; one at a time. That it is still being carried out is said now and
again, so that who gave it need not guess. What runs is shown at any time.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from plures.deploy.errors import application_raised
from plures.errors import InvalidInput, PluresError

from .errors import NoOrder, OrderUnderWay
from .messages import Alive, Answer, Apply, Done, Failed, Order, Restart, Said, Scale, Show, Shown, Stop

Say = Callable[[str], None]
Carry = Callable[[Order, Say], Awaitable[None]]
Tell = Callable[[Answer], None]
_ALIVE_EVERY_S: Final = 2.0
_orders = msgspec.json.Decoder(Order | Show)


@asynccontextmanager
async def taking_orders(carry: Carry, show: Callable[[], Shown] = lambda: Shown(())) -> AsyncGenerator[Path]:
    """Listen to orders while the context lasts, and finish one that is under way; the path of the socket.

    Args:
        carry: Carries out an order, and says what happens.
        show: Says what runs now.

    Raises:
        OSError: The operating system refuses the socket, for example because the path of its folder is too long.
    """
    desk = _Desk(carry, show)
    with TemporaryDirectory(prefix="plures-", ignore_cleanup_errors=True) as folder:
        # systemd-tmpfiles, which removes what is old, leaves alone what is locked.
        lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            path = Path(folder, "orders")
            server = await asyncio.start_unix_server(desk.listen, path)
            try:
                yield path
            finally:
                server.close()
                await desk.finish()
        finally:
            os.close(lock)


class _Desk:
    def __init__(self, carry: Carry, show: Callable[[], Shown]) -> None:
        self._carry, self._show = carry, show
        self._under_way: asyncio.Task[None] | None = None
        self._doing = ""

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(answer: Answer) -> None:
            if not writer.is_closing():
                writer.write(msgspec.json.encode(answer) + b"\n")

        try:
            # ValueError: a line without an end.
            with suppress(OSError, ValueError):
                line = await reader.readline()
                try:
                    what = _orders.decode(line)
                except msgspec.MsgspecError as error:
                    if line:
                        say(_told(NoOrder(str(error))))
                else:
                    await self._heed(what, say)
            with suppress(OSError):
                await writer.drain()
        except asyncio.CancelledError:
            # The process ends, which is the answer to those that have told it to; they read the end of the stream.
            pass
        finally:
            writer.close()

    async def finish(self) -> None:
        if self._under_way is not None:
            await asyncio.wait([self._under_way])

    async def _heed(self, what: Order | Show, say: Tell) -> None:
        match what:
            case Show():
                say(msgspec.structs.replace(self._show(), doing=self._doing))
            case Stop():
                # It ends what is under way first, as a signal does.
                await _kept_alive(self._do(what, say), say)
            case _ if self._under_way is not None:
                say(_told(OrderUnderWay(self._doing)))
            case _:
                self._doing = in_words(what)
                self._under_way = asyncio.create_task(self._do(what, say), name="an order")
                self._under_way.add_done_callback(self._over)
                await _kept_alive(asyncio.shield(self._under_way), say)

    def _over(self, _: "asyncio.Task[None]") -> None:
        self._under_way, self._doing = None, ""

    async def _do(self, what: Order, say: Tell) -> None:
        try:
            await self._carry(what, lambda text: say(Said(text)))
        except Exception as error:  # noqa: BLE001 - who gave the order is told of every failure
            say(_told(application_raised(error)))
        else:
            say(Done())


async def _kept_alive(work: Awaitable[None], say: Tell) -> None:
    """Wait for it, and say now and again that it goes on."""
    waited = asyncio.ensure_future(work)
    while not (await asyncio.wait({waited}, timeout=_ALIVE_EVERY_S))[0]:
        say(Alive())
    waited.result()


def in_words(what: Order) -> str:
    """An order as people call it."""
    match what:
        case Apply(topology=topology):
            return f"apply {topology}"
        case Restart(processes=processes, anew=anew):
            return " ".join(("rollout" if anew else "restart", *processes))
        case Scale(replicas=replicas):
            return " ".join(("scale", *(f"{name}={number or 'auto'}" for name, number in replicas.items())))
        case Stop():
            return "stop"


def _told(error: PluresError) -> Failed:
    if isinstance(error, InvalidInput):
        return Failed(error.code, error.subject, violations=tuple(error.violations))
    return Failed(error.code, error.what, error.why, error.fix)
