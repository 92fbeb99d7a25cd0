"""The place of one replica: keeps exactly one child in it, however often the child dies or is replaced."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

import msgspec

from plures.deploy.channel import EndpointUrls
from plures.deploy.errors import StartTimeout
from plures.errors import PluresError

from .backoff import Backoff
from .children import Child, ending
from .standing import Standing


class SlotRules(msgspec.Struct, frozen=True):
    """How a slot treats its child.

    Attributes:
        start_limit_s: Most time from start to ready.
        overlapping: Whether a new child may run while the old one still does. Not with an embedded database, which belongs
            to one process at a time, and not for a command, which has one port.
        address_outlives_child: Whether the supervisor holds the listening socket, so that calls wait until a child accepts.
    """

    start_limit_s: float
    overlapping: bool
    address_outlives_child: bool


class Slot:
    """Starts a child, starts it again when it dies, replaces it on demand.

    Only the task `_keeping` restarts, and every other operation ends that task first. So a replica that waits for its restart is
    never started twice.

    Attributes:
        standing: What the replica does now.
    """

    def __init__(
        self,
        name: str,
        spawn: Callable[[], Awaitable[Child]],
        rules: Callable[[], SlotRules],
        *,
        backoff: Backoff,
        changed: Callable[[], Awaitable[None]],
        say: Callable[[str, str], None],
    ) -> None:
        """Nothing runs yet.

        Args:
            spawn: Starts a process and returns without waiting until it is ready.
            rules: Gives those that hold now: its process may come to own an embedded database.
            changed: Awaited whenever `ready` has changed.
            say: Told, with `name`, what happens here.
        """
        self.name = name
        self.ready = self._is_over = False
        self.standing = Standing()
        self._spawn = spawn
        self._rules = rules
        self._backoff = backoff
        self._changed = changed
        self._say = say
        self._child: Child | None = None
        self._alive: set[Child] = set()
        self._keeping: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_new(self) -> bool:
        """Whether no child has been in charge yet."""
        return self._child is None and self.standing.state == "starting"

    @property
    def pid(self) -> int | None:
        """The process number of the child in charge; None while there is none."""
        return None if self._child is None else self._child.pid

    @property
    def in_charge(self) -> Child | None:
        """The child that answers; None while there is none."""
        return self._child if self.ready else None

    @property
    def alive(self) -> Collection[Child]:
        """All children, also those that start or stop."""
        return tuple(self._alive)

    async def start(self) -> None:
        """Start the first child and wait until it is ready. Raises PluresError when it cannot start."""
        async with self._one_at_a_time:
            self.standing.turns("starting")
            await self._put(await self._launch())
            self._keep()

    async def restart(self) -> None:
        """Replace the child without losing a request. Raises PluresError when the new one cannot start."""
        async with self._one_at_a_time:
            if self._is_over:
                return
            await self._leave_alone()
            try:
                await (self._overlap() if self._rules().overlapping else self._take_turns())
            finally:
                self._keep()

    async def update(self, number: int, endpoints: EndpointUrls) -> None:
        """Tell every child where it can call the others, also a child that is starting or stopping."""
        await asyncio.gather(*(child.update(number, endpoints) for child in self._alive))

    def open_edge(self) -> None:
        """Let every child accept the public's requests as soon as it is ready."""
        for child in self._alive:
            child.open_edge()

    async def close_edge(self) -> None:
        await asyncio.gather(*(child.close_edge() for child in self._alive))

    async def give_up(self) -> None:
        """From now on, a child that dies is not replaced."""
        async with self._one_at_a_time:
            await self._leave_alone()

    async def end(self) -> None:
        """The same, for good: a restart that waits finds nothing to do."""
        self._is_over = True
        await self.stop()

    async def stop(self) -> None:
        """Let the child answer everything and end; it is not started again."""
        async with self._one_at_a_time:
            await self._leave_alone()
            self.standing.turns("draining")
            await self._set_ready(ready=False)
            await asyncio.gather(*(self._retire(child) for child in list(self._alive)))
            self._child = None
            self.standing.turns("stopped")

    def kill(self) -> None:
        """End all children at once; unless the slot is being stopped, they count as crashed."""
        for child in self._alive:
            child.kill()

    async def _overlap(self) -> None:
        old = self._child
        await self._put(await self._launch())
        if old is not None:
            await self._retire(old)

    async def _take_turns(self) -> None:
        if not self._rules().address_outlives_child:
            # Callers must know before it stops listening.
            await self._set_ready(ready=False)
        self.standing.turns("restarting", "it was told to")
        if self._child is not None:
            await self._retire(self._child)
            self._child = None
        try:
            await self._put(await self._launch())
        except BaseException as error:
            self.standing.turns("restarting", _in_short(error))
            await self._set_ready(ready=False)
            raise

    async def _keep_one(self) -> None:
        while True:
            if self._child is not None:
                status = await self._child.ended()
                self._alive.discard(self._child)
                self._child = None
                self._say(self.name, f"{ending(status)} unexpectedly")
                self.standing.turns("restarting", f"{ending(status)} unexpectedly")
                await self._set_ready(ready=False)
            pause_s = self._backoff.failed()
            self._say(self.name, f"starts again in {pause_s:.1f} s")
            await asyncio.sleep(pause_s)
            try:
                await self._put(await self._launch())
                self.standing.restarts += 1
            # OSError: the machine has no descriptor or process left, which may pass.
            except (PluresError, OSError) as error:
                self._say(self.name, str(error))
                self.standing.turns("restarting", _in_short(error))

    async def _launch(self) -> Child:
        """A child that is ready, or an error and no child."""
        child = await self._spawn()
        self._alive.add(child)
        try:
            async with asyncio.timeout(self._rules().start_limit_s):
                await child.ready()
        except BaseException as error:
            child.kill()
            await asyncio.shield(asyncio.ensure_future(child.ended()))
            self._alive.discard(child)
            if isinstance(error, TimeoutError):
                raise StartTimeout(self.name, self._rules().start_limit_s) from None
            raise
        return child

    async def _put(self, child: Child) -> None:
        self._child = child
        self._backoff.started()
        self.standing.turns("ready")
        self._say(self.name, f"ready, process {child.pid}")
        await self._set_ready(ready=True)

    async def _retire(self, child: Child) -> None:
        await child.stop()
        self._alive.discard(child)

    async def _set_ready(self, *, ready: bool) -> None:
        self.ready = ready
        await self._changed()

    def _keep(self) -> None:
        self._keeping = asyncio.create_task(self._keep_one(), name=f"keeping {self.name}")

    async def _leave_alone(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None


def _in_short(error: BaseException) -> str:
    """An error in a line."""
    return f"{error.what}: {error.why}" if isinstance(error, PluresError) and error.why else str(error)
