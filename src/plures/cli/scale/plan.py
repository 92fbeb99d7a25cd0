"""`plures scale plan`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, say
from plures.cli.load import duration

if TYPE_CHECKING:
    from plures.simulation import Load

_RATE = click.FloatRange(min=0, min_open=True, max=100_000)


def _or_nothing(context: click.Context, parameter: click.Parameter, text: str) -> float:
    return 0.0 if text.strip() in {"0", "0s", "0ms"} else duration(context, parameter, text)


@click.command("plan", short_help="Simulate replicas under a load, and choose the settings.")
@click.option("--rate", type=_RATE, default=100.0, show_default=True, help="Calls a second before the load rises.")
@click.option("--times", type=_RATE, default=10.0, show_default=True, help="So many times as many it becomes.")
@click.option("--over", "over_s", callback=duration, default="60s", show_default=True, help="In which time it rises.")
@click.option("--stays", "stays_s", callback=duration, default="4m", show_default=True, help="How long it stays so.")
@click.option(
    "--csv",
    "recorded",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Play this load instead: seconds, calls a second; a line for each change.",
)
@click.option(
    "--cpu", "cpu_s", callback=duration, default="20ms", show_default=True, help="Processor time of a call, on average."
)
@click.option(
    "--wait",
    "wait_s",
    callback=_or_nothing,
    default="0",
    show_default=True,
    help="What it waits for others beside that.",
)
@click.option(
    "--starts-in", "starts_in_s", callback=duration, default="2s", show_default=True, help="How long a replica starts."
)
@click.option("--min", "least", type=click.IntRange(min=1), default=2, show_default=True, help="Replicas at least.")
@click.option("--max", "most", type=click.IntRange(min=1), default=100, show_default=True, help="Replicas at most.")
@click.option(
    "--target-cpu",
    type=click.FloatRange(0.05, 1),
    default=0.75,
    show_default=True,
    help="The setting cpu to try first.",
)
@click.option(
    "--target-in-flight", type=click.FloatRange(1), default=64.0, show_default=True, help="The setting in_flight."
)
@click.option(
    "--cool-down", callback=duration, default="60s", show_default=True, help="The setting cool_down_s to try first."
)
@click.option(
    "--limit",
    "limit_s",
    callback=duration,
    default="300ms",
    show_default=True,
    help="What ninety-nine of a hundred calls may take.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same calls.")
@json_option
def plan_command(
    *,
    rate: float,
    times: float,
    over_s: float,
    stays_s: float,
    recorded: Path | None,
    cpu_s: float,
    wait_s: float,
    starts_in_s: float,
    least: int,
    most: int,
    target_cpu: float,
    target_in_flight: float,
    cool_down: float,
    limit_s: float,
    seed: int,
    as_json: bool,
) -> None:
    """Simulate replicas under a load that rises and falls, with the decision that `plures run` uses, and choose its settings.

    Beside each setting stands what it costs beyond the fewest replica-seconds that would do for one who knows the load beforehand.
    Nothing is started, and no application is needed. Exit status 1: no setting keeps the limit.

    \b
    plures scale plan                                  ten times the load within a minute
    plures scale plan --rate 450 --max 120             about 10 → 100 replicas
    plures scale plan --csv day.csv --cpu 5ms          a day that was recorded
    """  # noqa: D301 - click reads the \b
    with mistakes_explained(as_json=as_json):
        from plures.scaling import Targets
        from plures.simulation import Workload, plan, ramp

        from .shown import as_data, print_plan

        load = ramp(rate, times, over_s, stays_s=stays_s) if recorded is None else _recorded(recorded)
        workload = Workload(cpu_s, wait_s, starts_in_s, seed)
        targets = Targets(min(least, most), most, target_cpu, target_in_flight, cool_down)
        found = plan(load, workload, targets, limit_s, told=lambda what: say((f"playing: {what}", "dim"), err=True))
    if as_json:
        print_json(as_data(found), pretty=False)
    else:
        print_plan(found)
    if found.chosen is None:
        raise SystemExit(FAILED)


def _recorded(file: Path) -> "Load":
    from plures.simulation import LoadUnreadable, load_of_csv

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return load_of_csv(lines, file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise LoadUnreadable(file.name, str(error)) from error
