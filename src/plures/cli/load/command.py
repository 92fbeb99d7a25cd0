"""The command `plures load`."""

from pathlib import Path
from typing import Final

import click

from plures.cli.console import FAILED, INTERRUPTED, mistakes_explained, say
from plures.cli.project import data_of, file_option

from .options import duration

_WRITTEN: Final = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.command("load", short_help="Send visitors to a running application, and measure.")
@click.argument("scenario", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--profile", "name", metavar="NAME", help="Which profile of the scenario. Default: its first.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True, max=100_000),
    required=True,
    help="Journeys that begin in a second, whether or not earlier ones have ended.",
)
@click.option(
    "--duration", "seconds", callback=duration, default="60s", show_default=True, help="How long: 90, 90s, 5m or 1h."
)
@click.option("--url", metavar="URL", help="Where the pages are. Default: the application that runs from this folder.")
@click.option(
    "--max-in-flight",
    "in_flight",
    type=click.IntRange(min=1),
    default=1_000,
    show_default=True,
    help="Journeys at once. What is due beyond is not sent, and counted.",
)
@click.option(
    "--connections", type=click.IntRange(min=1), default=256, show_default=True, help="To the pages, at once."
)
@click.option(
    "--timeout", "timeout_s", callback=duration, default="30s", show_default=True, help="Longest wait for an answer."
)
@click.option(
    "--fail-if",
    "limits",
    multiple=True,
    metavar="LIMIT",
    help="Exit with 1 where this is so: p99>500ms, failed>1%, unsent>0, home max>2s. May be given again.",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of certificates, as PEM, that the pages are trusted by besides those of the system.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same visitors.")
@click.option("--json", "json_file", metavar="FILE", type=_WRITTEN, help="Write the report as JSON too.")
@click.option("--html", "html_file", metavar="FILE", type=_WRITTEN, help="Write the report as a page too, with plots.")
@click.option("--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one.")
@file_option
def load_command(
    *,
    scenario: Path,
    name: str | None,
    rate: float,
    seconds: float,
    url: str | None,
    in_flight: int,
    connections: int,
    timeout_s: float,
    limits: tuple[str, ...],
    ca: Path | None,
    seed: int,
    json_file: Path | None,
    html_file: Path | None,
    data: Path | None,
    file: Path,
) -> None:
    """Send visitors to a running application, and measure what they meet.

    They arrive when they are due, whether or not earlier ones were served, and latency counts from then: an application
    that stalls is not spared. SCENARIO is a file of Python that says what they do. Ctrl-C ends the load with the report so far.

    \b
    plures load marketplace/load.py --rate 50
    plures load marketplace/load.py --profile sale --rate 20 --duration 2m --html report.html
    plures load load.py --rate 50 --fail-if "p99>500ms" --fail-if "failed>1%"
    """  # noqa: D301 - click reads the \b
    with mistakes_explained():
        from plures.extras import require

        require("load", "send a load")
        from plures.load import Bounds, Load, limits_of, missed, read_scenario

        from .loading import chosen, loaded
        from .target import target_at, target_here, trusting

        kept = limits_of(limits)
        name, profile = chosen(read_scenario(scenario), scenario, name)
        target = trusting(target_at(url) if url is not None else target_here(data or data_of(file)), ca)
        bounds = Bounds(in_flight, drain_s=timeout_s)
        load = Load(name, profile, target, rate, seconds, seed, connections, timeout_s, bounds)
        report = loaded(load, json_file, html_file)
    beyond = missed(report, kept)
    for each in beyond:
        say((each, "red"), err=True)
    if report.interrupted:
        raise SystemExit(INTERRUPTED)
    # Who says how many requests may fail does not want it to be none.
    fails = report.failures and not any(each.is_of_failures for each in kept)
    if beyond or fails or report.mistakes or not report.all.done:
        raise SystemExit(FAILED)
