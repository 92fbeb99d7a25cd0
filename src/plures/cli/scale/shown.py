"""What `plures scale plan` has found, for people and for programs."""

from typing import Any, Final

import click
from msgspec.structs import asdict

from plures.simulation import Choice, Outcome, Plan

_WIDTHS: Final = (6, 9, 7, 8, 9, 5, 10, 8, 5, 8)


def as_data(plan: Plan) -> dict[str, Any]:
    """A plan for programs: seconds, parts, and the replicas of each second as it was chosen."""
    return {
        "load": {"points": [list(each) for each in plan.load.points]},
        "workload": asdict(plan.workload),
        "limit_s": plan.limit_s,
        "best": None if plan.best is None else _outcome(plan.best),
        "chosen": None if plan.chosen is None else _choice(plan.chosen),
        "tried": [_choice(each) for each in plan.tried],
        "steps": [] if plan.chosen is None else [asdict(step) for step in plan.chosen.outcome.steps],
    }


def print_plan(plan: Plan) -> None:
    """A plan for people."""
    calls, seconds, most = plan.tried[0].outcome.calls, plan.load.seconds, plan.load.highest
    click.echo(f"{calls:,} calls in {seconds:g} s, at most {most:g} a second, {plan.workload.cpu_s * 1000:g} ms each.")
    click.echo(_line("cpu", "cool-down", "p50", "p99", "worst 10s", "most", "replica-s", "beyond", "flaps", ""))
    if plan.best is not None:
        click.echo(_line(*_row("ahead", "", plan.best), "", "", ""))
    for each in plan.tried:
        beyond = "" if plan.best is None else f"{each.extra:+.1%}"
        cpu, cool_down = f"{each.targets.cpu:g}", f"{each.targets.cool_down_s:g} s"
        click.echo(_line(*_row(cpu, cool_down, each.outcome), beyond, str(each.outcome.flaps), _verdict(plan, each)))
    click.echo(
        "ahead: the fewest that would do, for one who knows the load beforehand; worst 10s: p99 of the worst ten seconds."
    )
    if plan.chosen is None:
        limit = f"{plan.limit_s * 1000:g} ms"
        click.echo(
            f"No setting answers 99 of 100 calls within {limit}: allow more replicas, begin with more, or make calls cheaper."
        )
    else:
        click.echo(f"\n{toml(plan.chosen)}")


def _verdict(plan: Plan, choice: Choice) -> str:
    if choice is plan.chosen:
        return "chosen"
    if choice.outcome.flaps:
        return "flaps"
    return "" if choice.fits else "too slow"


def _line(*cells: str) -> str:
    return " ".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def toml(choice: Choice) -> str:
    """The settings as plures.toml has them."""
    at = choice.targets
    figures = f"min = {at.min}, max = {at.max}, cpu = {at.cpu:g}, in_flight = {at.in_flight:g}, cool_down_s = {at.cool_down_s:g}"
    return f"replicas = {{ {figures} }}"


def _row(cpu: str, cool_down: str, outcome: Outcome) -> tuple[str, ...]:
    times = (outcome.p50_s, outcome.p99_s, outcome.worst_p99_s)
    return (
        cpu,
        cool_down,
        *(f"{each * 1000:,.0f} ms" for each in times),
        str(outcome.most),
        f"{outcome.replica_seconds:,.0f}",
    )


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "targets": asdict(choice.targets),
        "toml": toml(choice),
        "beyond": round(choice.extra, 4),
        "fits": choice.fits,
        **_outcome(choice.outcome),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    told = asdict(outcome)
    del told["steps"]
    return {name: round(each, 6) if isinstance(each, float) else each for name, each in told.items()}
