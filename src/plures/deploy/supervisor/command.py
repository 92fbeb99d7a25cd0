"""A process in any language, started by a command line.

It is told by its environment: `PORT`, the port to serve its contracts on; `PLURES_CONTROL_ADDRESS`, the same with the host;
`PLURES_<CAPABILITY>_URL`, where each capability that it may call answers. It is ready once it accepts connections there and,
if it answers GET /health/ready over HTTP, once that is no server error.
"""

import asyncio
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from plures.deploy.channel import EndpointUrls
from plures.deploy.errors import CommandMissing, ReplicaDied
from plures.deploy.waiting import first

from . import guardian
from .child import ProcessContext
from .program import Program, ending

_POLL_S = 0.05
_ANSWER_S = 2.0


class Command:
    """A running foreign program, with a guardian that takes it down when the supervisor is gone."""

    def __init__(self, surroundings: ProcessContext, program: Program, address: tuple[str, int], lifeline: int) -> None:
        self._surroundings = surroundings
        self._program = program
        self._address = address
        self._lifeline = lifeline
        self._closing = asyncio.create_task(self._close_lifeline())

    @classmethod
    async def start(
        cls, surroundings: ProcessContext, command: str, address: tuple[str, int], urls: Mapping[str, str]
    ) -> "Command":
        """Start it; it is to listen on `address`, and finds capabilities at `urls`.

        Raises:
            CommandMissing: There is no such program, or the command line cannot be read.
        """
        words = _words(surroundings.name.partition(".")[0], command)
        watched, lifeline = os.pipe()
        try:
            program = await Program.start(
                (sys.executable, "-I", "-S", guardian.__file__, str(watched), str(surroundings.grace_s), *words),
                source=surroundings.name,
                lines=surroundings.lines,
                environment={**environment(address, urls), **surroundings.environment},
                descriptors=(watched,),
            )
        except BaseException:
            os.close(lifeline)
            raise
        finally:
            os.close(watched)
        return cls(surroundings, program, address, lifeline)

    @property
    def pid(self) -> int:
        return self._program.pid

    async def ready(self) -> None:
        await first(self._answers(), self.ended())
        if not self._program.running:
            raise ReplicaDied(self._surroundings.name, ending(await self.ended()))

    async def ended(self) -> int:
        status = await self._program.ended()
        await asyncio.shield(self._closing)
        return status

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        """Its environment cannot change any more; the addresses in it stay valid across restarts."""

    async def close_edge(self) -> None:
        """It has none."""

    async def stop(self) -> None:
        await self._program.end(self._surroundings.grace_s)
        await self.ended()

    def kill(self) -> None:
        self._program.send(signal.SIGKILL)

    async def _answers(self) -> None:
        while not await _is_ready(*self._address):  # noqa: ASYNC110  # it is a foreign process: there is no event of it
            await asyncio.sleep(_POLL_S)

    async def _close_lifeline(self) -> None:
        await self._program.ended()
        os.close(self._lifeline)


def environment(address: tuple[str, int], urls: Mapping[str, str]) -> dict[str, str]:
    """What a foreign program finds in its environment, beside what is in ours."""
    host, port = address
    known = {f"PLURES_{capability.upper().replace('-', '_')}_URL": url for capability, url in urls.items()}
    return {"PORT": str(port), "PLURES_CONTROL_ADDRESS": f"{host}:{port}", **known}


def _words(process: str, command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandMissing(process, command, f"the command line cannot be read: {str(error).lower()}") from error
    if not words:
        raise CommandMissing(process, command, "the command line is empty")
    if shutil.which(words[0]) is None:
        why = "the file may not be executed" if Path(words[0]).exists() else "there is no such program"
        raise CommandMissing(process, words[0], why)
    return words


async def _is_ready(host: str, port: int) -> bool:
    """Whether somebody listens there and does not say that he needs more time."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET /health/ready HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                status_line = await reader.readline()
            finally:
                writer.close()
        # "HTTP/1.1 503 Service Unavailable". Whoever does not know the path, or speaks no HTTP, is ready by listening.
        protocol, _, status = status_line.partition(b" ")
        return not (protocol.startswith(b"HTTP/") and status.startswith(b"5"))
    return False
