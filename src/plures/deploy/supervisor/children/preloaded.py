"""A preloaded process as the supervisor sees it, and the replicas that it becomes."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from plures.deploy.preloading import (
    MOST_BYTES,
    Ended,
    Fork,
    Forked,
    Outdated,
    Prepare,
    Prepared,
    Retire,
    from_preloaded,
    pair,
    send,
)

from .child import ProcessContext
from .program import UNKNOWN, Program, ending

_PATIENCE_S = 5.0
_LOOK_AGAIN_S = 0.05


class NotForked(Exception):
    """The preloaded process has ended, or what it has imported has changed since: another one is needed."""


class ForkedProcess:
    """A replica that was forked, as `asyncio.subprocess.Process` is one that was started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        await self._ended.wait()
        return UNKNOWN if self.returncode is None else self.returncode

    def end(self, status: int) -> None:
        """It has ended."""
        self.returncode = status
        self._ended.set()

    async def follow(self) -> None:
        """Look for its end by itself: what would have told of it is gone."""
        while self.returncode is None:
            if (status := _status_of(self.pid)) is not None:
                self.end(status)
            else:
                await asyncio.sleep(_LOOK_AGAIN_S)


class Preloaded:
    """Runs from `start` on.

    Attributes:
        prepared: What it has said of its preparation; None where it ended before.
    """

    def __init__(self, program: Program, ours: socket.socket, say: Callable[[str], None]) -> None:
        self.prepared: Prepared | None = None
        self._say = say
        self._is_needed = True
        self._program = program
        self._socket = ours
        self._number = 0
        self._asked: dict[int, asyncio.Future[ForkedProcess]] = {}
        self._replicas: dict[int, ForkedProcess] = {}
        self._is_prepared = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(), name=f"preloaded process {program.pid}")

    @classmethod
    async def start(
        cls, command: Sequence[str], context: ProcessContext, prepare: Prepare, say: Callable[[str], None]
    ) -> "Preloaded":
        """Start it, and tell it what to import. Raises OSError.

        Args:
            say: Told of its end, where that comes early.
        """
        ours, theirs = pair()
        try:
            ours.setblocking(False)
            send(ours, prepare)
            program = await Program.start(
                (*command, str(theirs.fileno())),
                context,
                defaults={"PYTHONUNBUFFERED": "1"},
                descriptors=(theirs.fileno(),),
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(program, ours, say)

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def running(self) -> bool:
        return not self._listening.done()

    async def ready(self) -> Prepared | None:
        """Wait for what it says of its preparation; None where it ends instead."""
        await self._is_prepared.wait()
        return self.prepared

    async def fork(self, name: str, output: int, *, channel: int, descriptors: Sequence[int]) -> ForkedProcess:
        """Let it become a replica.

        Args:
            output: Where the replica writes to.
            descriptors: What it inherits, its channel among them.

        Raises:
            NotForked: Another preloaded process is needed.
            OSError: The system refuses a further process.
        """
        self._number += 1
        number = self._number
        passed = (output, *descriptors)
        answer: asyncio.Future[ForkedProcess] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            await self._send(Fork(number, name, output, channel, passed), passed)
            return await answer
        finally:
            self._asked.pop(number, None)

    async def retire(self) -> None:
        """Let it end with the last of its replicas."""
        self._is_needed = False
        with suppress(NotForked):
            await self._send(Retire(), ())

    def kill(self) -> None:
        """End it at once, with what it has started."""
        self._program.send(signal.SIGKILL)

    async def close(self) -> None:
        """End it. Its replicas have ended, or end as they do without a supervisor."""
        self._is_needed = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if not await self._program.ended_within(_PATIENCE_S):
            self.kill()
        await self._program.ended()
        await self._listening

    async def _send(self, message: Fork | Retire, descriptors: Sequence[int]) -> None:
        while self.running:
            try:
                send(self._socket, message, descriptors)
            except BlockingIOError:
                await asyncio.sleep(_LOOK_AGAIN_S)
            except OSError as error:
                raise NotForked from error
            else:
                return
        raise NotForked

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while content := await loop.sock_recv(self._socket, MOST_BYTES):
                self._hear(content)
        except OSError:
            # As its end.
            pass
        self._socket.close()
        self._is_prepared.set()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(NotForked())
        status = await self._program.ended()
        if self._is_needed and self.prepared is not None:
            self._say(
                f"the process that replicas are forked from {ending(status)}; they go on, and the next ones get another"
            )
        await asyncio.gather(*(each.follow() for each in self._replicas.values()))

    def _hear(self, content: bytes) -> None:
        match from_preloaded(content):
            case Prepared() as prepared:
                self.prepared = prepared
                self._is_prepared.set()
            case Forked(number=number, pid=pid, error=0):
                replica = self._replicas[pid] = ForkedProcess(pid)
                self._answer(number, replica)
            case Forked(number=number, error=error):
                self._answer(number, OSError(error, os.strerror(error)))
            case Outdated(number=number):
                self._answer(number, NotForked())
            case Ended(pid=pid, status=status):
                self._replicas.pop(pid).end(status)

    def _answer(self, number: int, answer: ForkedProcess | Exception) -> None:
        asked = self._asked.get(number)
        # Who asked may have given up: the end of its channel ends the replica.
        if asked is None or asked.done():
            return
        if isinstance(answer, Exception):
            asked.set_exception(answer)
        else:
            asked.set_result(answer)


def _status_of(pid: int) -> int | None:
    """How a process has ended; None while it runs."""
    # An orphan of process 1, which is what a supervisor in a container often is.
    with suppress(ChildProcessError):
        ended, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return UNKNOWN
    except PermissionError:
        # The number is another process's by now.
        return UNKNOWN
    return None
