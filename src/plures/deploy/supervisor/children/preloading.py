"""How replicas of ours are started: forked from a preloaded process that has their environment, or anew."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import msgspec
from msgspec.structs import replace

from plures.deploy.channel import import_path
from plures.deploy.preloading import Prepare
from plures.deploy.supervisor.logs import Lines
from plures.deploy.waiting import cancelled
from plures.logs import LogSettings

from .child import ProcessContext
from .preloaded import NotForked, Preloaded
from .program import Program, environment_of

_DEFAULTS = {"PYTHONUNBUFFERED": "1"}
_TRIES = 3
_NAME = "plures"
"""Under which the log has what they write."""

_Environment = frozenset[tuple[str, str]]


class Preload(msgspec.Struct, frozen=True):
    """What preloaded processes of a run are.

    Attributes:
        program: How one is started; empty for none, as where a fork is not safe.
        application: What they import besides Plures; empty for nothing.
        logs: How replicas log.
        limit_s: Most time for imports.
    """

    program: tuple[str, ...]
    application: str
    logs: LogSettings
    limit_s: float


class Preloading:
    """The preloaded processes of one run, one for each environment that several replicas have. Made when they are first needed.

    Args:
        preload: What they are.
        output: Where what they write goes.
        is_shared: Whether other replicas have the environment as well.
        say: Told what a user must know.
    """

    def __init__(
        self,
        preload: Preload,
        replica: Sequence[str],
        *,
        output: Lines,
        is_shared: Callable[[ProcessContext], bool],
        say: Callable[[str], None],
    ) -> None:
        self._preload, self._replica = preload, replica
        self._output, self._is_shared, self._say = output, is_shared, say
        self._making: dict[_Environment, asyncio.Task[Preloaded | None]] = {}
        self._old: set[Preloaded] = set()
        self._is_told = False

    async def start(self, context: ProcessContext, channel: int, descriptors: Sequence[int]) -> Program:
        """Start a replica.

        Args:
            channel: Its end of the channel.
            descriptors: What else it inherits.

        Raises:
            OSError: The system refuses.
        """
        inherited = (channel, *descriptors)
        for _ in range(_TRIES if self._preload.program and self._is_shared(context) else 0):
            preloaded = await self._preloaded(context)
            if preloaded is None:
                break
            fork = partial(preloaded.fork, context.name, channel=channel, descriptors=inherited)
            with suppress(NotForked):
                return await Program.begin(context, fork)
            await self._give_up(preloaded)
        return await Program.start((*self._replica, str(channel)), context, defaults=_DEFAULTS, descriptors=inherited)

    async def renew(self) -> None:
        """Let replicas be forked from processes that import everything anew, from now on."""
        for environment, making in [*self._making.items()]:
            if not making.done() or making.cancelled():
                continue
            if (preloaded := making.result()) is not None:
                await self._give_up(preloaded)
            else:
                # What could not be imported then may be by now.
                del self._making[environment]

    async def close(self) -> None:
        """End them. The replicas have ended."""
        for making in self._making.values():
            if making.done() and not making.cancelled() and (preloaded := making.result()) is not None:
                self._old.add(preloaded)
            await cancelled(making)
        self._making.clear()
        await asyncio.gather(*(each.close() for each in self._old))

    async def _preloaded(self, context: ProcessContext) -> Preloaded | None:
        """The one with an environment; None where there can be none."""
        environment = frozenset(environment_of(context, _DEFAULTS).items())
        making = self._making.get(environment)
        if making is None:
            making = self._making[environment] = asyncio.create_task(self._make(context), name="preloading")
        # Several wait for it, and each may be given up.
        return await asyncio.shield(making)

    async def _give_up(self, preloaded: Preloaded) -> None:
        for environment, making in [*self._making.items()]:
            if making.done() and making.result() is preloaded:
                del self._making[environment]
        self._old = {each for each in self._old if each.running} | {preloaded}
        await preloaded.retire()

    async def _make(self, context: ProcessContext) -> Preloaded | None:
        """With the application, or where that cannot be, without; else none."""
        for application in dict.fromkeys((self._preload.application, "")):
            preloaded = await self._made(context, application)
            if preloaded is not None:
                return preloaded
        return None

    async def _made(self, context: ProcessContext, application: str) -> Preloaded | None:
        try:
            prepare = Prepare(import_path(), application, self._preload.logs)
            context = replace(context, name=_NAME, lines=self._output)
            preloaded = await Preloaded.start(self._preload.program, context, prepare, self._say)
        except OSError:
            # A replica meets the same, and says it.
            return None
        try:
            async with asyncio.timeout(self._preload.limit_s):
                prepared = await preloaded.ready()
        except BaseException as error:
            preloaded.kill()
            await asyncio.shield(asyncio.ensure_future(preloaded.close()))
            if isinstance(error, TimeoutError):
                return None
            raise
        if prepared is not None and not prepared.unfit and not prepared.failed:
            return preloaded
        if prepared is not None and prepared.unfit and not self._is_told:
            self._is_told = True
            self._say(_sentence(application, prepared.unfit))
        await preloaded.close()
        return None


def can_fork() -> bool:
    """Whether a process of this system may go on as another after a fork. Not on macOS, whose own libraries do not bear it."""
    return sys.platform == "linux"


def _sentence(application: str, unfit: str) -> str:
    if not application:
        return f"replicas are started one by one: Python comes with {unfit}, which processes cannot share"
    return (
        f"the application is not preloaded: its import leaves {unfit} behind, which processes cannot share; "
        "make that in a start hook, or take preload out of plures.toml"
    )
