"""How a load goes, on a terminal: one line that is drawn anew twice a second, on standard error."""

import asyncio
import sys
from contextlib import suppress
from typing import Final

from plures.cli.console import rich_console
from plures.load import Counts, Load

_EACH_S: Final = 0.5


class Progress:
    """Shows a load that runs; says nothing where standard error is no terminal."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._task: asyncio.Task[None] | None = None

    def begin(self, counts: Counts) -> None:
        """Show these counts from now on."""
        if sys.stderr.isatty():
            self._task = asyncio.ensure_future(self._show(counts))

    async def end(self) -> None:
        """Show nothing more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _show(self, counts: Counts) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(bar_width=20), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=rich_console(err=True), auto_refresh=False, transient=True) as bar:
            task = bar.add_task("", total=self._load.seconds)
            while True:
                now = counts.now_s
                bar.update(task, completed=min(now, self._load.seconds), description=line(self._load, counts, now))
                bar.refresh()
                await asyncio.sleep(_EACH_S)


def line(load: Load, counts: Counts, now: float) -> str:
    """What there is to say at a moment after the start."""
    if now > load.seconds:
        return f"waiting for {counts.in_flight:,} in flight"
    timeline = counts.timeline
    # The slot of now has only begun, so we tell of the one before.
    slot = timeline.at(max(0.0, now - timeline.slot_s))
    recent = timeline.lately(now)
    failed, unsent = sum(each.failures for each in counts.steps()), _unsent(counts)
    p50, p99 = recent.quantile(0.5), recent.quantile(0.99)
    times = "" if p50 is None or p99 is None else f" · p50 {p50 * 1_000:,.0f} ms, p99 {p99 * 1_000:,.0f} ms"
    rate = f"{slot.begun / timeline.slot_s:,.0f}/s of {load.profile.rate_at(load.per_s, now):,.0f}/s"
    more = f" · {unsent:,} not sent" if unsent else ""
    return f"{rate} · {counts.in_flight:,} in flight · {failed:,} failed{more}{times}"


def _unsent(counts: Counts) -> int:
    return sum(sum(each.unsent.values()) for each in counts.journeys.values())
