"""Starts a topology of the marketplace in three ways, and prints as Markdown how soon it is up and what it takes, at the start and after a load."""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from time import sleep

from bench.machine import this_machine
from bench.plan.running import plures
from bench.processes import ROOT

from .watching import WAYS, Watched, pss_kib, watched

_AGAIN = "orders.1"
_SETTLE_S = 3.0
_ROWS = {
    "up_s": ("until all are ready, in seconds", 1),
    "cpu_s": ("processor time until then, of all processes, in seconds", 1),
    "again_s": ("until a replica that is started later is ready, in seconds", 2),
    "pss": ("memory of a process (PSS), mean, in MiB", 1),
    "largest": ("memory of the largest, in MiB", 1),
    "smallest": ("memory of the smallest, in MiB", 1),
    "loaded": ("memory of a process after the load, mean, in MiB", 1),
    "all": ("memory of all processes with the supervisor, in MiB", 0),
}
Figures = dict[str, float]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--topology", default="split")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=20, help="of load, in each round; 0 for none")
    arguments.add_argument("--rate", type=float, default=4, help="journeys a second")
    arguments.add_argument("ways", nargs="*", default=WAYS, help=f"of {', '.join(WAYS)}")
    told = arguments.parse_args()
    measured: dict[str, list[Figures]] = {way: [] for way in told.ways}
    loads: list[float] = []
    with tempfile.TemporaryDirectory(prefix="plures-starting-") as folder:
        for number in range(told.rounds + 1):
            for way in told.ways:
                data = Path(folder, way, "data")
                data.mkdir(parents=True, exist_ok=True)
                figures = _measured(way, told.topology, data, told.rate, told.seconds if number else 0)
                # The first one fills the databases.
                if number:
                    measured[way].append(figures)
                    loads.append(os.getloadavg()[0])
    print(f"{this_machine().sentence}. Load of the machine: {min(loads):.1f} to {max(loads):.1f}.")
    print(f"Medians of {told.rounds} runs, with the lowest and the highest.\n")
    print(f"| | {' | '.join(told.ways)} |\n|---|{'--:|' * len(told.ways)}")
    for key, (what, digits) in _ROWS.items():
        print(f"| {what} | {' | '.join(_cell(measured[way], key, digits) for way in told.ways)} |")


def _measured(way: str, topology: str, data: Path, rate: float, seconds: int) -> Figures:
    with watched(way, topology, data) as run:
        figures = {"up_s": run.all_ready(), "cpu_s": run.cpu_s()}
        sleep(_SETTLE_S)
        taken = _taken(run)
        figures |= {"pss": mean(taken), "largest": max(taken), "smallest": min(taken)}
        if seconds:
            _load(data, rate, seconds)
            figures["loaded"] = mean(_taken(run))
            figures["all"] = sum(pss_kib(pid) for pid in (run.pid, *run.started())) / 1024
        figures["again_s"] = run.again(_AGAIN)
    return figures


def _taken(run: Watched) -> list[float]:
    """Of each replica, and of what they were forked from, in MiB."""
    return [pss_kib(pid) / 1024 for pid in run.started()]


def _load(data: Path, rate: float, seconds: int) -> None:
    arguments = ["load", "marketplace/load.py", "--rate", str(rate), "--duration", f"{seconds}s"]
    plures(*arguments, folder=ROOT, data=data, may_fail=True)


def _cell(rounds: Sequence[Figures], key: str, digits: int) -> str:
    values = [each[key] for each in rounds if key in each]
    if not values:
        return ""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


if __name__ == "__main__":
    main()
