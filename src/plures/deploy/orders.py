"""What a run is told to do while it runs, by a Unix socket that its user alone may enter, and that the file of the run names.

One JSON object per line: an order one way; what happens, and how it ended, the other way. An order is carried out to its end, also when who
gave it is gone; one at a time.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from plures.errors import InvalidInput, PluresError, Text

from .errors import application_raised


class Apply(msgspec.Struct, frozen=True, tag="apply"):
    """Become another topology of plures.toml, as it is written there now."""

    topology: str


class Said(msgspec.Struct, frozen=True, tag="said"):
    """Something has happened."""

    text: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The order is carried out."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It is not; the fields of the `PluresError` say why."""

    code: str
    what: str
    why: str = ""
    fix: str = ""


class OrderUnderWay(PluresError):
    """A run does one thing at a time."""

    code = "deploy.order_under_way"

    def __init__(self) -> None:
        super().__init__(
            "The application does something else that it was told",
            why="it is changing",
            fix="Try again when that is done.",
        )


@dataclass(eq=False)
class RunGone(PluresError):
    """The run ended, or does not listen to orders."""

    code = "deploy.run_gone"
    wording = Text(
        "The application cannot be told anything",
        why="{reason}",
        fix="See by its log whether it still runs; an order that had begun is in the log as well.",
    )

    reason: str


class OrderFailed(PluresError):
    """The run says why it did not carry out an order; `reason` is the code of the error that it met."""

    code = "deploy.order_failed"

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.what, why=failed.why, fix=failed.fix)
        self.reason = failed.code


Say = Callable[[str], None]
Carry = Callable[[Apply, Say], Awaitable[None]]
_answers: msgspec.json.Decoder[Said | Done | Failed] = msgspec.json.Decoder(Said | Done | Failed)
_orders = msgspec.json.Decoder(Apply)


@asynccontextmanager
async def taking_orders(carry: Carry) -> AsyncGenerator[Path]:
    """Listen to orders while the context lasts, and finish one that is under way; the path of the socket.

    Args:
        carry: Carries out an order, and says what happens.
    """
    desk = _Desk(carry)
    with TemporaryDirectory(prefix="plures-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, "orders")
        server = await asyncio.start_unix_server(desk.listen, path)
        try:
            yield path
        finally:
            server.close()
            await desk.finish()


def order(path: Path, what: Apply) -> Generator[str]:
    """Give a run an order; what it says meanwhile. Returns when it is carried out.

    Raises:
        OrderFailed: It says why it did not do it.
        RunGone: It does not answer, or ended before it said how it went.
    """
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
            sock.sendall(msgspec.json.encode(what) + b"\n")
            with sock.makefile("rb") as lines:
                for line in lines:
                    match _answers.decode(line):
                        case Said(text=text):
                            yield text
                        case Failed() as failed:
                            raise OrderFailed(failed)
                        case Done():
                            return
        except OSError as error:
            raise RunGone(f"{path}: {error.strerror}") from error
    raise RunGone("it ended before it said how it went")


class _Desk:
    def __init__(self, carry: Carry) -> None:
        self._carry = carry
        self._under_way: asyncio.Task[None] | None = None

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(answer: Said | Done | Failed) -> None:
            if not writer.is_closing():
                writer.write(msgspec.json.encode(answer) + b"\n")

        try:
            with suppress(msgspec.MsgspecError, OSError):
                what = _orders.decode(await reader.readline())
                if self._under_way is not None:
                    say(_told(OrderUnderWay()))
                else:
                    self._under_way = asyncio.create_task(self._do(what, say), name="an order")
                    await asyncio.shield(self._under_way)
            with suppress(OSError):
                await writer.drain()
        finally:
            writer.close()

    async def finish(self) -> None:
        if self._under_way is not None:
            await asyncio.wait([self._under_way])

    async def _do(self, what: Apply, say: Callable[[Said | Done | Failed], None]) -> None:
        try:
            await self._carry(what, lambda text: say(Said(text)))
        except Exception as error:  # noqa: BLE001 - who gave the order is told of every failure
            say(_told(application_raised(error)))
        else:
            say(Done())
        finally:
            self._under_way = None


def _told(error: PluresError) -> Failed:
    if isinstance(error, InvalidInput):
        return Failed(error.code, str(error))
    return Failed(error.code, error.what, error.why, error.fix)
