"""Waiting for several things at once."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any


async def first(*happenings: Coroutine[Any, Any, object], limit_s: float | None = None) -> bool:
    """Wait until one of them is done, then cancel the others. False when the time was over before.

    When the one that is done has failed, its error is raised here.
    """
    tasks = [asyncio.create_task(happening) for happening in happenings]
    try:
        done, _ = await asyncio.wait(tasks, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(tasks)
    for task in done:
        task.result()
    return bool(done)


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of them at once. When one fails, the others are cancelled, and its error is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    if not tasks:
        return
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await _cancel(tasks)
    for task in tasks:
        if task in done:
            task.result()


async def in_order(needs: Mapping[str, frozenset[str]], start: Callable[[str], Awaitable[None]]) -> None:
    """Start everything at once, except that each waits until those that it needs have started. Fails like `together`."""
    started = {name: asyncio.Event() for name in needs}

    async def bring_up(name: str) -> None:
        for needed in needs[name]:
            await started[needed].wait()
        await start(name)
        started[name].set()

    await together(bring_up(name) for name in needs)


async def cancelled(task: "asyncio.Task[Any] | None") -> None:
    """Cancel a task, where there is one, and wait for its end."""
    await _cancel([] if task is None else [task])


async def _cancel(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
