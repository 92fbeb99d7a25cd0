"""What visitors notice while what runs is changed: `python -m bench.changes`.

A marketplace runs in one process, visitors come when they are due, and one change follows the other: each capability is split out and taken
back, then all of them. It prints how many requests failed, and how long requests took in seconds with a change and in those without one.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final, NamedTuple

from bench.processes import ROOT
from marketplace.app import app
from marketplace.load import browse, fill, look, search
from plures.application import assemble
from plures.deploy import Run, find_runs
from plures.load import Latencies, Load, Profile, Ran, Target, run_load

_PLURES: Final = Path(sys.executable).parent / "plures"
_READY_S: Final = 120
_WARMING_S: Final = 10
"""What is fetched and compiled for the first time is no part of it."""
_CUT: Final = "unanswered at the end"
_PROFILE: Final = Profile({look: 20, search: 40, browse: 30, fill: 10})
"""Visitors buy nothing: a long load would sell the shop out."""


class Change(NamedTuple):
    """A topology that was applied.

    Attributes:
        begun_s: When, in seconds after the load began.
    """

    name: str
    begun_s: float
    ended_s: float


def main() -> None:
    """Run it, and print it all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--rate", type=float, default=30, help="journeys that begin in a second, of about two requests each"
    )
    arguments.add_argument("--pause", type=float, default=4, help="seconds before each change")
    arguments.add_argument("--rounds", type=int, default=1, help="how often all changes are made")
    arguments.add_argument("--only", nargs="*", help="the topologies to apply, one after the other, instead of all")
    arguments.add_argument("--log", type=Path, help="where the log of the application is kept")
    told = arguments.parse_args()
    capabilities = sorted(assemble(app).facts.capabilities)
    wanted = [name for each in capabilities for name in (f"alone-{each}", "together")]
    wanted = (told.only or [*wanted, "split", "together", "shop-split", "split", "together"]) * told.rounds
    with TemporaryDirectory(prefix="plures-changes-") as name:
        folder = Path(name)
        (folder / "plures.toml").write_text(_settings(capabilities), encoding="utf-8")
        status = asyncio.run(_measured(folder, wanted, told.rate, told.pause))
        if told.log is not None:
            shutil.copy(folder / "log", told.log)
    sys.exit(status)


async def _measured(folder: Path, wanted: Sequence[str], rate: float, pause_s: float) -> int:
    """The exit status: 1 where a request or a change failed."""
    changes: list[Change] = []
    begun, stop = asyncio.get_running_loop().create_future(), asyncio.Event()
    async with _running(folder) as run:
        # It ends when all changes are made; were it meant to be much longer, it would count by the minute.
        seconds = _WARMING_S + len(wanted) * (pause_s + 8)
        load = Load("shoppers", _PROFILE, Target(public=run.public or ""), rate, seconds)
        loading = asyncio.create_task(run_load(load, stop, begun.set_result))
        began = (await begun).began
        await asyncio.sleep(_WARMING_S)
        for name in wanted:
            await asyncio.sleep(pause_s)
            at = perf_counter() - began
            if await _applied(folder, name):
                changes.append(Change(name, at, perf_counter() - began))
        await asyncio.sleep(pause_s)
        stop.set()
        ran = await loading
    _print(ran, changes)
    return 1 if len(changes) < len(wanted) or _failed(ran) else 0


def _failed(ran: Ran) -> int:
    """Requests that failed, without those that were under way when no more visitors came."""
    return sum(step.failures - step.failed.get(_CUT, 0) for step in ran.counts.steps())


def _settings(capabilities: Sequence[str]) -> str:
    lines = [
        "[application]",
        'import = "marketplace.app:app"',
        "preload = true",
        "[topology.together]",
        'shop = { capabilities = ["*"] }',
    ]
    for each in capabilities:
        lines += [
            f"[topology.alone-{each}]",
            f'{each} = {{ capabilities = ["{each}"] }}',
            'shop = { capabilities = ["*"] }',
        ]
    lines += [
        "[topology.shop-split]",
        'goods = { capabilities = ["catalog", "search", "reviews"] }',
        'shop = { capabilities = ["*"] }',
    ]
    lines += ["[topology.split]", *(f'{each} = {{ capabilities = ["{each}"] }}' for each in capabilities)]
    return "\n".join([*lines, "shop = { capabilities = [], edge = true }", ""])


@asynccontextmanager
async def _running(folder: Path) -> AsyncGenerator[Run]:
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            _PLURES, "run", "--topology", "together", "--port", "0", "--control-port", "0",
            cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_READY_S):
                while not (running := find_runs(folder / ".plures").running):
                    if process.returncode is not None:
                        sys.exit((folder / "log").read_text())
                    await asyncio.sleep(0.1)
            yield running[0]
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _applied(folder: Path, name: str) -> bool:
    process = await asyncio.create_subprocess_exec(
        _PLURES, "topology", "apply", name, cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        print(said.decode(), end="")
    return process.returncode == 0


def _print(ran: Ran, changes: Sequence[Change]) -> None:
    timeline = ran.counts.timeline
    during, between, worst = Latencies(), Latencies(), ("", 0.0)
    for number, slot in enumerate(timeline.slots):
        begun_s = number * timeline.slot_s
        # An answer that waited for a change may come just after it.
        touching = [each for each in changes if each.begun_s < begun_s + timeline.slot_s and begun_s < each.ended_s + 1]
        (during if touching else between).join(slot.latencies)
        if touching and (slow := slot.latencies.quantile(0.99) or 0) > worst[1]:
            worst = (touching[0].name, slow)
    sent = sum(step.sent for step in ran.counts.steps())
    print(f"{len(changes)} changes, {sent} requests, {_failed(ran)} failed; {ran.driven.lasted_s:.0f} s")
    for name, journey in ran.counts.journeys.items():
        for said, step in journey.steps.items():
            for reason, many in step.failed.items():
                print(f"  failed: {name}, {said}: {reason} ({many})")
        for reason, many in journey.unsent.items():
            print(f"  not begun: {name}: {reason} ({many})")
    for name, found in (("seconds without a change", between), ("seconds with one", during)):
        p50, p99 = (1000 * (found.quantile(share) or 0) for share in (0.5, 0.99))
        print(f"{name}: {found.count} answers, p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {found.most_s * 1000:.0f} ms")
    print(f"worst {timeline.slot_s:.1f} s: {worst[0]}, p99 {worst[1] * 1000:.0f} ms")
    for each in changes:
        print(f"  {each.name}: {each.ended_s - each.begun_s:.1f} s")


if __name__ == "__main__":
    main()
