"""Whether processor time is told of the right capability: ``python -m bench.telemetry.attribution [--rounds N] [--times N]``.

The same work is done in one process, which tells what each capability takes, and in a process for each, whose time the kernel counts. What
the processes take when nothing is asked of them is left out. Work is of three kinds: on the event loop, in threads, and in a database.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Final
from urllib.request import Request, urlopen

from bench.plan.running import plures, running
from plures.deploy import find_runs
from plures.telemetry.store import Reading

_ASKED: Final = ("sorting", "hashing", "storing")
_SETTLE_S: Final = 3.0
_IDLE_S: Final = 5.0
_SETTINGS: Final = """
[application]
import = "bench.telemetry.mixed:app"

[topology.together]
all = { capabilities = ["*"] }

[topology.apart]
sorting = { capabilities = ["sorting"] }
hashing = { capabilities = ["hashing"] }
storing = { capabilities = ["storing"] }
asking = { capabilities = ["asking"] }
"""
Seconds = dict[str, float]


def main() -> None:
    arguments = argparse.ArgumentParser("python -m bench.telemetry.attribution", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--times", type=int, default=200)
    told = arguments.parse_args()
    together: list[Seconds] = []
    apart: list[Seconds] = []
    for _ in range(told.rounds):
        together.append(_measured("together", told.times, _told))
        apart.append(_measured("apart", told.times, _counted))
    print("| capability | told in one process | counted in its own | off by |\n|---|--:|--:|--:|")
    for name in _ASKED:
        here, there = (median(each[name] for each in rounds) for rounds in (together, apart))
        print(f"| {name} | {here:.2f} s | {there:.2f} s | {100 * (here / there - 1):+.1f} % |")


def _measured(topology: str, times: int, read: Callable[[Path], Seconds]) -> Seconds:
    """What each capability takes of processors for the work, beyond what it takes in the same time without."""
    with tempfile.TemporaryDirectory(prefix="plures-attribution-") as name:
        folder = Path(name)
        (folder / "plures.toml").write_text(_SETTINGS)
        with running(topology, folder, folder, settle_s=_SETTLE_S):
            _ask(folder, 5)
            idle = read(folder)
            sleep(_IDLE_S)
            before, began = read(folder), monotonic()
            _ask(folder, times)
            took_s, after = monotonic() - began, read(folder)
        return {each: after[each] - before[each] - (before[each] - idle[each]) * took_s / _IDLE_S for each in _ASKED}


def _ask(folder: Path, times: int) -> None:
    plures("call", "bench.asking.v1.Asking/Ask", f"times={times}", folder=folder, data=folder)


def _told(folder: Path) -> Seconds:
    """What the one process says of each capability."""
    [run] = find_runs(folder).running
    # It counts what threads take once a second.
    sleep(1.5)
    with urlopen(Request(f"{run.control[0]}/metrics", headers={"authorization": f"Bearer {run.token}"})) as answer:
        lines = answer.read().decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if line.startswith("plures_cpu_seconds_total{"))
    return {name: float(values.get(f'plures_cpu_seconds_total{{plures_capability="{name}"}}', 0)) for name in _ASKED}


def _counted(folder: Path) -> Seconds:
    """What the kernel says of each process."""
    processes = {it.name: it.pid for it in Reading(folder).processes() if it.is_alive}
    return {name: _seconds_of(processes[name]) for name in _ASKED}


def _seconds_of(pid: int) -> float:
    # Behind the name of the program, which may hold anything: user and system time are fields 14 and 15 of all.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
