"""Runs the marketplace in one process under a load, plans other topologies, runs them under the same load, and prints the comparison as Markdown."""

import argparse
import json
import tempfile
from pathlib import Path
from time import sleep
from typing import Any, Final

from bench.plan.running import plures, running

_ROOT: Final = Path(__file__).parent.parent.parent
_SETTLE_S: Final = 12.0
"""A plan leaves out the seconds after a start, and takes whole slots of ten."""
_UNITS: Final = {"us": (1_000, "ms", 1), "processors": (1, "cores", 3), "bytes": (1 << 20, "MiB", 0), "": (1, "", 2)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rate", type=float, default=6, help="journeys a second")
    arguments.add_argument("--seconds", type=int, default=60, help="of load, in each topology")
    arguments.add_argument("topologies", nargs="*", default=["split", "sale"])
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="plures-plan-") as folder:
        data = Path(folder)
        with running("monolith", _ROOT, data, settle_s=_SETTLE_S):
            _load(data, told.rate, told.seconds)
            plures(
                "topology",
                "plan",
                *told.topologies,
                "--json",
                "--since",
                f"{told.seconds + 30}s",
                folder=_ROOT,
                data=data,
            )
        print("| | before | predicted | measured | off by |\n|---|--:|--:|--:|--:|")
        for name in told.topologies:
            with running(name, _ROOT, data, settle_s=_SETTLE_S):
                _load(data, told.rate, told.seconds)
                said = json.loads(plures("topology", "plan", name, "--verify", "--json", folder=_ROOT, data=data))
            for found in said["verified"]:
                _print(name, found)


def _print(name: str, found: dict[str, Any]) -> None:
    print(f"| **{name}**, {found['per_s']:.1f} requests/s | | | | |")
    for each in (*found["figures"], *found["routes"]):
        unit, word, digits = _UNITS[each["unit"]]
        values = [each[key] for key in ("before", "predicted", "measured")]
        cells = ["" if value is None else f"{value / unit:.{digits}f} {word}".strip() for value in values]
        off = f"{100 * (values[1] / values[2] - 1):+.0f} %" if values[1] is not None and values[2] else ""
        print(f"| {each['name']} | {' | '.join(cells)} | {off} |", flush=True)


def _load(data: Path, rate: float, seconds: int) -> None:
    plures(
        "load",
        "marketplace/load.py",
        "--rate",
        str(rate),
        "--duration",
        f"{seconds}s",
        folder=_ROOT,
        data=data,
        may_fail=True,
    )
    # What was measured is written once a second.
    sleep(2)


if __name__ == "__main__":
    main()
