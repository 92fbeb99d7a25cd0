"""The command `plures contract export`."""

from dataclasses import replace
from pathlib import Path

import click

from plures.cli.console import FAILED, mistakes_explained, say
from plures.cli.project import file_option, nothing_collected, open_project
from plures.compat import Contract, described
from plures.errors import InvalidInput, Violation
from plures.exports import FORMATS, NUMBERED, Exported, export

from .errors import NotExported
from .files import write_file
from .locks import as_locked, locks_beside
from .named import chosen_of


@click.command("export")
@click.argument("form", metavar="|".join(FORMATS), type=click.Choice(FORMATS))
@click.argument("capabilities", metavar="[CAPABILITY]...", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="The folder. Default: print it.")
@click.option("--check", is_flag=True, help="Write nothing, and fail where the files in --to differ.")
@file_option
def export_command(form: str, capabilities: tuple[str, ...], *, to: Path | None, check: bool, file: Path) -> None:
    """Write contracts for other languages and tools, with the versions and numbers of their lock files. Default: all contracts.

    asyncapi tells the events of contracts that have some.
    """
    with mistakes_explained(), nothing_collected():
        if check and to is None:
            raise NotExported("--check compares files, and no folder is named", "Name the folder with --to.")
        project = open_project(file)
        locked = locks_beside(file)
        chosen = [described(each.contract) for each in chosen_of(project, capabilities).values()]
        files = _exported(form, chosen, locked)
        if not files:
            raise NotExported(
                f"there is nothing to say in {form}", "Name a contract that has what it tells: asyncapi tells events."
            )
        if to is None:
            if len(files) > 1:
                raise NotExported(
                    f"it prints one contract, and there are {len(files)}",
                    "Name a capability, or a folder for all files with --to.",
                )
            click.echo(files[0].text, nl=False)
            return
        done = [(_done(to / each.path, each.text, check=check), to / each.path) for each in files]
    for what, path in done:
        say((f"{what:<10}", {"differs": "red", "unchanged": "dim"}.get(what, "green")), str(path))
    if any(what == "differs" for what, _ in done):
        say(("fix: ", "green"), f"Run plures contract export {form} --to {to}, and commit what it writes.", err=True)
        raise SystemExit(FAILED)


def _exported(form: str, contracts: list[Contract], locked: dict[str, Contract]) -> list[Exported]:
    files: list[Exported] = []
    violations: list[Violation] = []
    for contract in contracts:
        try:
            written = export(_as_exported(contract, locked.get(contract.name), form), form)
        except InvalidInput as error:
            violations += error.violations
        else:
            files += [] if written is None else [written]
    if violations:
        raise InvalidInput("the export", violations)
    return files


def _as_exported(contract: Contract, locked: Contract | None, form: str) -> Contract:
    """The contract with the numbers of its lock file, where the format has numbers; else with its version alone."""
    known = as_locked(contract, locked)
    return known if form in NUMBERED else replace(contract, version=known.version)


def _done(path: Path, text: str, *, check: bool) -> str:
    there = path.read_text(encoding="utf-8") if path.is_file() else None
    if there == text:
        return "unchanged"
    if check:
        return "differs"
    write_file(path, text)
    return "written"
