"""One started operating-system process: its output, its process group, its end."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from plures.deploy.supervisor.logs import OutputPipe

from .child import ProcessContext
from .guardian import descendants, kill_all

_KILL_PATIENCE_S = 5.0

UNKNOWN = 256
"""The status of a process whose end was seen, and not how it ended."""


class Started(Protocol):
    """A process of the system, started here or by another process."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int:
        """Wait for its end: the exit status, or the negative number of the signal that killed it."""
        ...


class Program:
    """Runs from `start` on, as the leader of a process group of its own: a terminal's Ctrl-C reaches only the supervisor."""

    def __init__(self, process: Started, output: OutputPipe) -> None:
        self._process = process
        self._ending = asyncio.create_task(self._end(output), name=f"end of {process.pid}")

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        context: ProcessContext,
        *,
        defaults: Mapping[str, str],
        descriptors: Sequence[int],
        folder: Path | None = None,
    ) -> "Program":
        """Start it.

        Args:
            defaults: Variables that the environment of the context may replace.
            descriptors: What it inherits.
            folder: Where it runs; the current folder when left out.

        Raises:
            OSError: The program cannot be run.
        """
        environment = environment_of(context, defaults)

        def execute(output: int) -> Awaitable[Started]:
            return asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=folder,
                pass_fds=tuple(descriptors),
                start_new_session=True,
            )

        return await cls.begin(context, execute)

    @classmethod
    async def begin(cls, context: ProcessContext, start: Callable[[int], Awaitable[Started]]) -> "Program":
        """The same, by a function that is given the descriptor of its output. Raises what that raises."""
        output = OutputPipe(context.name, context.lines)
        try:
            process = await start(output.write_end)
        except BaseException:
            output.abandon()
            raise
        output.follow()
        return cls(process, output)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait for its end: the exit status, or the negative number of the signal that killed it. All output is written then."""
        return await asyncio.shield(self._ending)

    async def ended_within(self, limit_s: float) -> bool:
        done, _ = await asyncio.wait([self._ending], timeout=limit_s)
        return bool(done)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole group, while the process runs. SIGKILL goes to what has left the group as well."""
        if self.running:
            daemons = descendants(self.pid) if number is signal.SIGKILL else []
            self._signal_group(number)
            kill_all(daemons, number)

    async def end(self, patience_s: float) -> None:
        """SIGTERM; after the patience, SIGKILL."""
        self.send(signal.SIGTERM)
        if not await self.ended_within(patience_s):
            self.send(signal.SIGKILL)
            await self.ended_within(_KILL_PATIENCE_S)

    async def _end(self, output: OutputPipe) -> int:
        status = await self._process.wait()
        # What it started and left behind ends with it.
        self._signal_group(signal.SIGKILL)
        await output.finish()
        return status

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def environment_of(context: ProcessContext, defaults: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process, of which the context's come first, then the defaults, then the supervisor's own."""
    inherited = {name: value for name, value in os.environ.items() if name not in context.withheld}
    return {**inherited, **defaults, **context.environment}


def ending(status: int) -> str:
    """How a process ended, in words that follow "it"."""
    if status == UNKNOWN:
        return "ended"
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
