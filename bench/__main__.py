"""``python -m bench [calls|shop|data|events|sagas|checkout|search|start|render] [--quick]`` measures, prints, keeps JSON, renders the document."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from rich.console import Console

from bench.document import render
from bench.options import Options
from bench.results import QUICK_RESULTS, RESULTS, Result, show, write

SUITES = {
    "calls": "bench.calls.suite",
    "shop": "bench.shop.suite",
    "data": "bench.data",
    "events": "bench.events.suite",
    "sagas": "bench.sagas.suite",
    "checkout": "bench.checkout.suite",
    "search": "bench.search",
    "start": "bench.start",
}


def main(arguments: list[str]) -> None:
    """Run one benchmark, or all in turn; then render the document from all kept results."""
    parsed = _parser().parse_args(arguments)
    rounds = parsed.rounds or (1 if parsed.quick else 5)
    options = Options(parsed.quick, rounds, parsed.seed, parsed.results or (QUICK_RESULTS if parsed.quick else RESULTS))
    if parsed.bench != "render":
        for name in SUITES if parsed.bench == "all" else [parsed.bench]:
            _measure(name, options)
    if not options.quick:
        print(f"rendered {render(options.results)}")


def _measure(name: str, options: Options) -> None:
    run = cast("Callable[[Options], Result]", import_module(SUITES[name]).run)
    result = run(options)
    show(result, Console(width=None if sys.stdout.isatty() else 140))
    print(f"kept in {write(result, options.results)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("bench", nargs="?", default="all", choices=["all", *SUITES, "render"])
    parser.add_argument("--quick", action="store_true", help="about a minute for all; the figures mean nothing")
    parser.add_argument("--rounds", type=int, help="rounds to take medians of (default 5, quick 1)")
    parser.add_argument("--seed", type=int, default=1, help="for arrivals, popularity and the order of rivals")
    parser.add_argument(
        "--results", type=Path, help=f"folder of the JSON results (default {RESULTS.name}/ beside this package)"
    )
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
