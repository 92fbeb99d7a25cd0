"""Sends attempts and sees what becomes of their connections."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from time import perf_counter

from bench.hostile.parts import Attempt

_STATUS = re.compile(rb"^HTTP/1\.1 ([0-9]{3})", re.MULTILINE)
_QUIET_S = 0.15
_MOST_READ_BYTES = 8_000_000


class End(Enum):
    """How an attempt ended."""

    ANSWERED = "answered"
    CLOSED = "closed without an answer"
    LATE = "given up when its time was over"
    HANGS = "neither answered nor closed in time"
    GONE = "no connection"


@dataclass(frozen=True)
class Patience:
    """How long a connection may take.

    Attributes:
        answer_s: For an answer to begin; then the request is not whole, and the listener waits for the rest.
        end_s: For the listener to give up a request that is not whole.
        hangs_up: Whether to say first that nothing more will come.
    """

    answer_s: float
    end_s: float
    hangs_up: bool = False


@dataclass(frozen=True)
class Seen:
    """What became of an attempt."""

    attempt: Attempt
    end: End
    statuses: tuple[int, ...] = ()
    said: bytes = b""
    took_s: float = 0.0


async def send(attempt: Attempt, port: int, patience: Patience, free: asyncio.Semaphore) -> Seen:
    """Send an attempt; `free` is held while it is being answered, and not while the listener only waits."""
    async with free:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return Seen(attempt, End.GONE)
        began = perf_counter()
        sending = asyncio.create_task(_write(writer, attempt))
        said, is_open, took_s = await _read(reader, patience.answer_s, began)
    try:
        if said or not is_open:
            return _seen(attempt, End.ANSWERED if said else End.CLOSED, said, took_s)
        if patience.hangs_up:
            writer.write_eof()
        rest, is_open, took_s = await _read(reader, patience.end_s, began)
        end = End.HANGS if is_open and not rest else End.LATE
        return _seen(attempt, end, rest, took_s)
    except OSError:
        return _seen(attempt, End.LATE, b"", took_s)
    finally:
        sending.cancel()
        writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()


def _seen(attempt: Attempt, end: End, said: bytes, took_s: float) -> Seen:
    return Seen(attempt, end, tuple(int(code) for code in _STATUS.findall(said)), said, took_s)


async def _write(writer: asyncio.StreamWriter, attempt: Attempt) -> None:
    with suppress(OSError):
        for number, piece in enumerate(attempt.pieces):
            if number:
                await asyncio.sleep(0.001)
            writer.write(piece)
            await writer.drain()


async def _read(reader: asyncio.StreamReader, patience_s: float, began: float) -> tuple[bytes, bool, float]:
    """What is said until there is quiet, whether the connection is open then, and after what time the first byte came."""
    said, took_s = b"", 0.0
    while len(said) < _MOST_READ_BYTES:
        try:
            piece = await asyncio.wait_for(reader.read(1 << 20), _QUIET_S if said else patience_s)
        except TimeoutError:
            return said, True, took_s or perf_counter() - began
        except OSError:
            piece = b""
        took_s = took_s or perf_counter() - began
        if not piece:
            return said, False, took_s
        said += piece
    return said, True, took_s
