"""`plures topology isolate --verify`: runs the application, and says how what is seen compares with what was computed."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from plures.cli.console import say
from plures.cli.project import Project
from plures.deploy import one_each
from plures.isolation import Isolation, Request, Unit, Verdict, Verified, VerifyOptions, requests_from, verify
from plures.topology import Topology


def verified(
    project: Project,
    topology: Topology | None,
    units: Sequence[Unit],
    isolations: Sequence[Isolation],
    source: str | None,
    *,
    quiet: bool,
) -> tuple[list[Any], bool]:
    """What was seen of each death, for programs, and whether all of it agrees; says it on the way unless `quiet`.

    Args:
        topology: None: each capability in a process of its own.
    """
    requests = requests_from(source, units)
    with tempfile.TemporaryDirectory(prefix="plures-isolate-") as data:
        options = VerifyOptions(project.settings.application, Path(data), limit_s=project.assembly.edge_deadline_s + 5)
        seen = asyncio.run(_seen(topology or one_each(project.assembly), isolations, requests, options, quiet=quiet))
    return [_as_data(each) for each in seen], all(each.agrees for each in seen)


async def _seen(
    topology: Topology,
    isolations: Sequence[Isolation],
    requests: Sequence[Request],
    options: VerifyOptions,
    *,
    quiet: bool,
) -> list[Verified]:
    if not quiet:
        say(f"verifying with {len(requests)} requests, {options.rounds} times each ...")
    found: list[Verified] = []
    async for each in verify(topology, isolations, requests, options):
        found.append(each)
        if not quiet:
            _print(each)
    if not quiet:
        click.echo(f"{sum(each.agrees for each in found)} of {len(found)} deaths went as computed.")
    return found


def _print(seen: Verified) -> None:
    asked = sum(verdict.asked for verdict in seen.verdicts)
    failed = sum(verdict.failed for verdict in seen.verdicts)
    word = ("as computed", "green") if seen.agrees else ("differs", "red")
    back = "" if seen.back_s is None else f", all back after {seen.back_s:.1f} s"
    say(word, f"  {seen.isolation.death.name} {seen.signal.value}: {failed} of {asked} requests failed{back}")
    for verdict in seen.verdicts:
        if not verdict.agrees:
            words = f"computed: {verdict.computed.word}; seen: {verdict.seen.word}, {verdict.why}"
            say("  ", ("differs", "red"), f"  {verdict.name} ({verdict.failed} of {verdict.asked} failed) {words}")
    better = [verdict.name for verdict in seen.verdicts if verdict.is_better]
    if better:
        say("  ", ("better", "dim"), f"  {', '.join(better)}: nothing was seen to be missing")
    if not seen.was_dead:
        say("  ", ("differs", "red"), "  it did not stay dead, so nothing was proved")
    if seen.back_s is None:
        say("  ", ("differs", "red"), "  not everything answered again after it was back")


def _as_data(seen: Verified) -> dict[str, Any]:
    return {
        "death": seen.isolation.death.name,
        "signal": seen.signal.value,
        "agrees": seen.agrees,
        "dead": seen.was_dead,
        "back": seen.back_s is not None,
        "back_s": seen.back_s,
        "requests": [_verdict(verdict) for verdict in seen.verdicts],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "unit": verdict.unit,
        "computed": verdict.computed.word,
        "seen": verdict.seen.word,
        "why": verdict.why,
        "asked": verdict.asked,
        "failed": verdict.failed,
        "agrees": verdict.agrees,
    }
