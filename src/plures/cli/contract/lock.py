"""The command `plures contract lock`."""

from pathlib import Path

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, say
from plures.cli.project import file_option, nothing_collected, open_project
from plures.compat import Bump, Relocked, Severity, described, lock_text, relock

from .files import write_file
from .locks import FOLDER, locks_in
from .named import chosen_of


@click.command("lock")
@click.argument("capabilities", metavar="[CAPABILITY]...", nargs=-1)
@click.option("--breaking", is_flag=True, help="Lock changes too that make callers fail. They were told.")
@json_option
@file_option
def lock_command(capabilities: tuple[str, ...], *, breaking: bool, as_json: bool, file: Path) -> None:
    """Write down what the contracts promise: a file for each under contracts/, with the numbers of all fields.

    Changes that make callers fail are refused. Default: all contracts.
    """
    with mistakes_explained(as_json=as_json), nothing_collected():
        project = open_project(file)
        folder = file.absolute().parent / FOLDER
        locked = locks_in(folder)
        results: dict[str, tuple[Relocked, str]] = {}
        for assembled in chosen_of(project, capabilities).values():
            current = described(assembled.contract)
            relocked = relock(current, locked.get(current.name))
            results[current.name] = (
                relocked,
                _lock(relocked, folder, is_new=current.name not in locked, breaking=breaking),
            )
    if as_json:
        rows = [{"contract": n, "version": each.contract.version, "done": done} for n, (each, done) in results.items()]
        print_json({"contracts": rows}, pretty=False)
    else:
        for name, (relocked, done) in results.items():
            _tell(name, relocked, done)
        for name in sorted(locked.keys() - {each.name for each in project.assembly.contracts}):
            say(
                ("gone", "yellow"),
                f"     {name} has a lock file and no capability; plures contract check says what that means",
            )
    if any(done == "refused" for _, done in results.values()):
        raise SystemExit(FAILED)


def _lock(relocked: Relocked, folder: Path, *, is_new: bool, breaking: bool) -> str:
    if not is_new and relocked.bump is Bump.NONE:
        return "unchanged"
    if relocked.bump is Bump.MAJOR and not breaking:
        return "refused"
    write_file(folder / f"{relocked.contract.name}.toml", lock_text(relocked.contract))
    return "new" if is_new else "locked"


def _tell(name: str, relocked: Relocked, done: str) -> None:
    colours = {"new": "green", "locked": "green", "unchanged": "dim", "refused": "red"}
    say((f"{done:<10}", colours[done]), f"{name}  {relocked.contract.version}")
    if done != "refused":
        return
    for change in relocked.changes:
        if change.severity is Severity.ERROR:
            say(f"  {change.what}", (f"  [{change.rule.code}]", "dim"), err=True)
            say(("    instead: ", "green"), change.instead, err=True)
    say(
        ("  fix: ", "green"),
        "See plures contract check, or lock it anyway with --breaking where all callers were told.",
        err=True,
    )
