"""The command `plures contract usage`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from plures.application import Assembly
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.project import Project, file_option, open_project
from plures.contract import ContractDescription, Stability
from plures.usage import Candidate, Counted, Obstacle, UsageFile, Use, Used, merged, obstacles

from .named import chosen_of


@dataclass(frozen=True)
class _Report:
    """What is said of one version of a contract."""

    contract: ContractDescription
    candidate: Candidate
    obstacles: tuple[Obstacle, ...]
    counted: Counted

    @property
    def uses(self) -> list[tuple[Use, Used]]:
        """Who calls what of it, by callers."""
        found = [each for each in self.counted.uses.items() if each[0].contract == self.contract.name]
        return sorted(found, key=lambda each: (each[0].caller, each[0].operation))


@click.command("usage")
@click.argument("contracts", metavar="[NAME]...", nargs=-1)
@click.option(
    "--days",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="How long no caller may have called a version that is removed.",
)
@click.option(
    "--data", type=click.Path(path_type=Path), help="Data folder of the application. Default: that of plures.toml."
)
@click.option(
    "--also",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="Data folder of another machine that runs parts of it; may be repeated.",
)
@json_option
@file_option
def usage_command(
    contracts: tuple[str, ...], *, days: int, data: Path | None, also: tuple[Path, ...], as_json: bool, file: Path
) -> None:  # fmt: skip
    """Say who calls which version of a contract, when last, and whether a version may be removed.

    NAME is a capability, or a contract as in shop.search.v1. Default: all contracts. Calls are counted while the application runs.
    """
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        chosen = chosen_of(project, contracts)
        counted = merged(UsageFile(folder).read() for folder in (data or project.settings.data, *also))
        now, quiet = datetime.now(UTC), timedelta(days=days)
        reports = [_report(project, each.contract, counted, now, quiet) for each in chosen.values()]
    if as_json:
        print_json({"contracts": [_as_data(each) for each in reports]}, pretty=False)
        return
    for number, report in enumerate(reports):
        if number:
            click.echo()
        _tell(report, now)


def _report(
    project: Project, contract: ContractDescription, counted: Counted, now: datetime, quiet: timedelta
) -> _Report:
    candidate = candidate_of(project.assembly, contract)
    return _Report(contract, candidate, obstacles(candidate, counted, now, quiet), counted)


def candidate_of(assembly: Assembly, contract: ContractDescription) -> Candidate:
    """A version of a contract as a candidate for removal."""
    newest = assembly.capabilities[contract.capability].contract
    events = {event.python for event in contract.events}
    heard = {each.subscriber for each in assembly.subscriptions if each.event.python in events}
    return Candidate(
        contract.name,
        "" if newest.name == contract.name else newest.name,
        assembly.callers_of(contract.python),
        tuple(sorted(heard)),
        is_experimental=contract.stability is Stability.EXPERIMENTAL,
        sunset=contract.sunset,
    )


def _as_data(report: _Report) -> dict[str, Any]:
    contract, span = report.contract, report.counted.contracts.get(report.contract.name)
    return {
        "contract": contract.name,
        "stability": contract.stability.value,
        "deprecated": contract.deprecated and contract.deprecated.isoformat(),
        "sunset": contract.sunset and contract.sunset.isoformat(),
        "successor": report.candidate.successor or None,
        "declared_by": report.candidate.declared,
        "counted": span and {"since": _moment(span.since).isoformat(), "until": _moment(span.until).isoformat()},
        "calls": [
            {
                "caller": use.caller,
                "kind": use.kind.value,
                "operation": use.operation,
                "calls": used.calls,
                "first": _moment(used.first).isoformat(),
                "last": _moment(used.last).isoformat(),
            }
            for use, used in report.uses
        ],
        "may_be_removed": not report.obstacles,
        "obstacles": [{"what": each.what, "fix": each.fix} for each in report.obstacles],
    }


def _tell(report: _Report, now: datetime) -> None:
    contract, span = report.contract, report.counted.contracts.get(report.contract.name)
    counted = f"counted since {_moment(span.since):%Y-%m-%d %H:%M} UTC" if span else "never counted here"
    say(click.style(contract.name, bold=True), f"  {_standing(contract)}", (f"  {counted}", "dim"))
    width = max((len(use.caller) for use, _ in report.uses), default=0)
    for use, used in report.uses:
        calls = f"{used.calls:,} call{'' if used.calls == 1 else 's'}"
        say(f"  {use.caller:<{width}}  {use.operation:<20} {calls:>16}", (f"  last {_ago(used.last, now)}", "dim"))
    if not report.uses:
        say(("  no calls", "dim"))
    # Of the newest version of a contract that has no other, no one asks.
    if not report.candidate.successor:
        return
    if not report.obstacles:
        say(
            ("  may be removed", "green"),
            f": take it out of older=[…] of {contract.capability}, and its file out of contracts/",
        )
        return
    say(("  may not be removed yet", "yellow"))
    _tell_obstacles(report.obstacles)


def _tell_obstacles(found: Iterable[Obstacle]) -> None:
    for each in found:
        say(f"    {each.what}")
        say(("      fix: ", "green"), each.fix)


def _standing(contract: ContractDescription) -> str:
    since = f" since {contract.deprecated}" if contract.deprecated else ""
    return f"{contract.stability.value}{since}" + (f", until {contract.sunset}" if contract.sunset else "")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(round(seconds), UTC)


def _ago(seconds: float, now: datetime) -> str:
    passed = now - _moment(seconds)
    if passed < timedelta(minutes=1):
        return "less than a minute ago"
    if passed < timedelta(hours=1):
        return f"{passed.seconds // 60} min ago"
    return f"{_moment(seconds):%Y-%m-%d %H:%M} UTC"
