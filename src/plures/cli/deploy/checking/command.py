"""The command `plures deploy check`."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json
from plures.cli.project import Project, file_option, open_project
from plures.compat import described
from plures.data import numbered
from plures.errors import did_you_mean
from plures.host import declared
from plures.rollout import Change, Declared, Place, Version, judge

from .bases import Base, recorded, running
from .errors import OrderIncomplete, UnknownProcess
from .fitting import Fit
from .running import replica_at, replicas_of
from .shown import Told, as_data, tell


@click.command("check", short_help="Find out whether what runs and what comes can talk while both run.")
@click.option("--topology", metavar="NAME", help="Of what runs. Default: the one in which it is placed.")
@click.option("--process", "only", metavar="NAME", multiple=True, help="Replace this process alone; may be repeated.")
@click.option("--order", metavar="A,B,…", help="Processes in the order in which they are to be replaced.")
@click.option("--at-once", is_flag=True, help="They are replaced at the same time, in whatever order.")
@click.option("--at", metavar="URL", help="Control address of a replica. Default: the run of this folder.")
@click.option(
    "--against",
    metavar="WHAT",
    help="Compare with lock files instead of what runs: a commit, branch or tag that runs, or a folder.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Data folder of what runs. Default: that of plures.toml.")
@json_option
@file_option
def check_command(
    *,
    topology: str | None,
    only: tuple[str, ...],
    order: str | None,
    at_once: bool,
    at: str | None,
    against: str | None,
    data: Path | None,
    as_json: bool,
    file: Path,
) -> None:
    """Compare what runs with the code in this folder, before processes are replaced one after the other.

    While that goes on, old callers meet new callees and new callers meet old ones. Refused is what could not talk then: calls, events, sagas
    that have not ended, migrations that the old version would not survive. Where an order helps, it is told. Exit status 1: refused.
    """
    with mistakes_explained(as_json=as_json):
        if order is not None and at_once:
            message = "--order and --at-once exclude each other."
            raise click.UsageError(message)
        if at is not None and against is not None:
            message = "--at and --against exclude each other."
            raise click.UsageError(message)
        project = open_project(file)
        folder = data or project.settings.data
        comes = _comes(project)
        if against is not None:
            base = recorded(project, topology, against, file.absolute().parent, comes)
        else:
            replicas = replicas_of(folder) if at is None else [replica_at(at, folder)]
            base = running(project, topology, replicas, comes, are_all=at is None)
        told = _judged(project, base, comes, only, order, at_once=at_once)
    if as_json:
        print_json(as_data(told), pretty=False)
    else:
        tell(told)
    if not told.verdict.passes:
        raise SystemExit(FAILED)


def _judged(
    project: Project, base: Base, comes: Version, only: Sequence[str], order: str | None, *, at_once: bool
) -> Told:
    found = base.fit
    places = _chosen(found, only)
    migrations = {name: numbered(it.migrations) for name, it in project.assembly.capabilities.items()}
    change = Change(base.running, comes, places)
    verdict = judge(change, migrations, chosen=_order(order, places, found), at_once=at_once)
    return Told(project.assembly.name, found.topology.name, verdict, base.notes)


def _comes(project: Project) -> Version:
    contracts = {each.name: described(each) for each in project.assembly.contracts}
    homes = {each.name: each.capability for each in project.assembly.contracts}
    return Version(contracts, homes, msgspec.convert(declared(project.assembly), Declared))


def _chosen(found: Fit, only: Sequence[str]) -> tuple[Place, ...]:
    """The processes, where some are chosen: the others stay."""
    for name in only:
        _known(name, found)
    return tuple(replace(each, stays=each.stays or bool(only and each.name not in only)) for each in found.places)


def _order(text: str | None, places: Sequence[Place], found: Fit) -> tuple[str, ...]:
    if text is None:
        return ()
    names = tuple(each.strip() for each in text.split(",") if each.strip())
    for name in names:
        _known(name, found)
    replaced = [each.name for each in places if not each.stays]
    if sorted(names) != sorted(replaced):
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        missing = [name for name in replaced if name not in names]
        more = [name for name in names if name not in replaced]
        told = (("twice: ", twice), ("missing: ", missing), ("not replaced: ", more))
        problem = "; ".join(word + ", ".join(each) for word, each in told if each)
        raise OrderIncomplete(problem, ",".join(replaced))
    return names


def _known(name: str, found: Fit) -> None:
    names = [each.name for each in found.places if not each.stays]
    if name not in names:
        hint = did_you_mean(name, names) or f"Its processes are {', '.join(names)}."
        raise UnknownProcess(found.topology.name, name, hint)
