"""The command `plures contract test`."""

from pathlib import Path

import click

from plures.cli.console import FAILED, mistakes_explained
from plures.cli.project import file_option, open_project

PLACEMENTS = ("process", "checked", "wire", "processes", "running")


@click.command("test")
@click.argument("contracts", metavar="[CONTRACT]...", nargs=-1)
@click.option("--url", metavar="URL", help="Test what answers there, in whatever language. Default: the application.")
@click.option(
    "--placement",
    type=click.Choice(PLACEMENTS),
    default="checked",
    show_default=True,
    help="Where the application runs for it; running: what `plures run` has started here.",
)
@click.option(
    "--operation", "operations", multiple=True, metavar="NAME", help="Test this operation alone; may be repeated."
)
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    default=25,
    show_default=True,
    help="How many requests each operation gets.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed sends the same requests.")
@click.option("--commands", is_flag=True, help="Send commands too to what this command did not start.")
@click.option("--recorded", is_flag=True, help="Only what tests of consumers expect, as contracts/pacts says.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="For people, for programs, for CI.",
)
@click.option("--data", type=click.Path(path_type=Path), help="The --data of the run, where it was given one.")
@file_option
def test_command(
    *,
    contracts: tuple[str, ...],
    url: str | None,
    placement: str,
    operations: tuple[str, ...],
    examples: int,
    seed: int,
    commands: bool,
    recorded: bool,
    form: str,
    data: Path | None,
    file: Path,
) -> None:
    """Hold services to their contracts. Default: all of the application.

    It calls each operation with requests that the contract allows, and with some that it does not, and with those that tests of its consumers recorded.
    Commands are run, on data of their own; an application that runs already gets none without --commands.
    """
    with mistakes_explained(as_json=form == "json"):
        # They take half a second to import, which other commands do not have.
        from plures.pacts import FOLDER, read_pacts
        from plures.trials import Effort

        from .places import Wanted, tested
        from .reports import as_json, as_junit, as_text

        project = open_project(file)
        pacts = read_pacts(file.absolute().parent / FOLDER)
        effort = Effort(operations, examples, seed, True if commands else None, pacts, is_generated=not recorded)
        results = tested(project, Wanted(contracts, url or "", placement, effort), data or project.settings.data)
    told = {
        "json": lambda: as_json(results, seed),
        "junit": lambda: as_junit(results),
        "text": lambda: as_text(results),
    }
    click.echo(told[form]())
    if any(one.findings for each in results for one in each.operations):
        raise SystemExit(FAILED)
