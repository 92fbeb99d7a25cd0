"""The command `plures contract owners`."""

import os
from pathlib import Path

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, say
from plures.cli.project import file_option, open_project

from .codeowners import CodeownersFile
from .files import write_file
from .owning import CATALOG, catalog, teams_of, with_owners


@click.command("owners", short_help="Show who owns which contract, or write CODEOWNERS and catalog-info.yaml.")
@click.option("--write", is_flag=True, help="Write CODEOWNERS, for code hosts, and catalog-info.yaml, for Backstage.")
@click.option("--check", is_flag=True, help="Fail where these two do not say what the contracts say.")
@json_option
@file_option
def owners_command(*, write: bool, check: bool, as_json: bool, file: Path) -> None:
    """Show who owns which contract. With --write, tell code hosts and Backstage as well."""
    if write and check:
        message = "--write and --check say different things"
        raise click.UsageError(message)
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        folder = project.settings.folder
        codeowners = CodeownersFile(folder)
        wanted = {codeowners.path: with_owners(project, codeowners), folder / CATALOG: catalog(project)}
        stale = [
            each for each, text in wanted.items() if not each.is_file() or each.read_text(encoding="utf-8") != text
        ]
        if write:
            for each in stale:
                write_file(each, wanted[each])
        teams = teams_of(project)
        owners = {each.name: each.owner for each in project.assembly.contracts}
    unknown = sorted(set(owners.values()) - teams) if teams else []
    shown = [os.path.relpath(each, folder) for each in stale]
    if as_json:
        rows = [
            {"contract": name, "owner": owner, "handle": project.settings.teams.get(owner)}
            for name, owner in owners.items()
        ]
        print_json({"contracts": rows, "unknown": unknown, "written" if write else "stale": shown}, pretty=False)
    else:
        for name, owner in owners.items():
            mark = ("  no team of the list", "red") if owner in unknown else ("", "dim")
            say(f"{name:<40} {owner}", (f"  {project.settings.teams.get(owner, '')}", "dim"), mark)
        for place in shown if write or check else ():
            say(("written", "green") if write else ("stale", "red"), f"  {place}")
    if check and (stale or unknown):
        raise SystemExit(FAILED)
