"""Runs what the services and the edge of a replica registered with their `Lifecycle`: hooks, background work, detached work."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from plures.application import Hook, Lifecycle
from plures.host.guard import run_patiently
from plures.logs import tell
from plures.runtime import working_for
from plures.telemetry import one_job

from .background import Background, cancel_all, wait_for_all

_LOG: Final = logging.getLogger("plures.host")


class Lifecycles:
    """One `Lifecycle` for each owner that has asked for one; an owner is a capability or the edge.

    Args:
        leads: Whether this replica does what is done once; None as long as that is not known.
    """

    def __init__(self, *, leads: bool | None = True) -> None:
        self._leads = leads
        self._is_known = asyncio.Event()
        if leads is not None:
            self._is_known.set()
        self._by_owner: dict[str, Lifecycle] = {}
        # Owners from the moment their start hooks begin, in that order.
        self._started: list[str] = []
        self._background = Background()
        self._is_ready = False

    def of(self, owner: str) -> Lifecycle:
        """The lifecycle of an owner, always the same."""
        return self._by_owner.setdefault(owner, Lifecycle(owner))

    async def start(self, owner: str) -> None:
        """Run the start hooks of one owner. What a hook raises passes."""
        if owner in self._by_owner:
            self._started.append(owner)
            with working_for(owner), one_job():
                await self._do_once(self._by_owner[owner].once_hooks)
                for hook in self._by_owner[owner].start_hooks:
                    await run_patiently(hook)

    async def become_ready(self) -> None:
        """Run all ready hooks and begin the background work. What a hook raises passes."""
        for owner in [*self._started]:
            await self._be_ready(owner)
        self._is_ready = True
        self._begin_once(self._started)

    async def join(self, owner: str) -> None:
        """Do the same for one owner that has started after the others were ready."""
        if owner in self._started:
            await self._be_ready(owner)
            self._begin_once([owner])

    async def leave(self, owner: str) -> None:
        """Do for one owner what `drain` to `stop` do for all, and forget it. The others go on."""
        lifecycle = self._by_owner.get(owner)
        if lifecycle is None:
            return
        with working_for(owner):
            await _run_all(reversed(lifecycle.drain_hooks), f"a drain hook of {owner}")
            await wait_for_all(lifecycle.detached)
            await self._background.end(owner)
            if owner in self._started:
                self._started.remove(owner)
                await _run_all(reversed(lifecycle.stop_hooks), f"a stop hook of {owner}")
        await cancel_all(lifecycle.detached)
        await lifecycle.threads.close()
        del self._by_owner[owner]

    def lead(self, *, leads: bool) -> None:
        """Tell whether this replica does what is done once. Another one has done its part of the start, where this one does not lead."""
        if self._leads:
            return
        self._leads = leads
        self._is_known.set()
        if self._is_ready:
            self._begin_once(self._started)

    async def _do_once(self, hooks: Iterable[Hook]) -> None:
        """Run what is done once, or wait until another replica has."""
        for hook in hooks:
            await self._is_known.wait()
            if self._leads:
                await run_patiently(hook)

    async def _be_ready(self, owner: str) -> None:
        with working_for(owner):
            with one_job():
                for hook in self._by_owner[owner].ready_hooks:
                    await run_patiently(hook)
            self._background.start(self._by_owner[owner], owner)

    def _begin_once(self, owners: Iterable[str]) -> None:
        for owner in owners if self._leads else ():
            with working_for(owner):
                self._background.start_once(self._by_owner[owner], owner)

    async def drain(self) -> None:
        """Run all drain hooks. A hook that fails is logged, and the others still run."""
        for owner in reversed(self._started):
            with working_for(owner):
                await _run_all(reversed(self._by_owner[owner].drain_hooks), f"a drain hook of {owner}")

    async def finish_detached(self) -> None:
        """Wait for the work that outlives its call."""
        for lifecycle in self._by_owner.values():
            await wait_for_all(lifecycle.detached)

    async def stop_background(self) -> None:
        """Cancel the background work, and begin no other."""
        self._is_ready = False
        await self._background.stop()

    async def stop(self) -> None:
        """Run all stop hooks, then cancel the detached work that is left. A hook that fails is logged, and the others still run."""
        started, self._started = self._started, []
        for owner in reversed(started):
            with working_for(owner):
                await _run_all(reversed(self._by_owner[owner].stop_hooks), f"a stop hook of {owner}")
        for lifecycle in self._by_owner.values():
            await cancel_all(lifecycle.detached)
        await asyncio.gather(*(lifecycle.threads.close() for lifecycle in self._by_owner.values()))


async def _run_all(hooks: Iterable[Hook], what: str) -> None:
    for hook in hooks:
        try:
            await hook()
        except Exception as error:  # noqa: BLE001 - whatever it was, the rest must still run
            tell(_LOG, error, "%s failed; stopping goes on", what, again=True)
