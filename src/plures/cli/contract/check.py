"""The command `plures contract check`."""

import inspect
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from plures.application import Assembly
from plures.cli.console import FAILED, mistakes_explained, print_json, say
from plures.cli.project import file_option, nothing_collected, open_project
from plures.compat import (
    RULES,
    UNKEPT_FIX,
    Change,
    ContractReport,
    PlaceOf,
    Report,
    Severity,
    as_data,
    as_markdown,
    as_sarif,
    check,
    check_documents,
    described,
    summary,
)
from plures.errors import did_you_mean

from .errors import NoSuchRule
from .locks import FOLDER, base_of, locks_in
from .owning import teams_of
from .testing import Expected

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.OK: "green"}
_MOST_PLACES = 4
_PLACEHOLDERS = {
    "name": "FIELD",
    "contract": "CONTRACT",
    "next": "the next major version",
    "before": "BEFORE",
    "after": "AFTER",
}
_WORDS = {Severity.ERROR: "breaks", Severity.WARNING: "warning", Severity.OK: "fine"}


@click.command("check")
@click.argument("documents", nargs=-1, metavar="[OLD NEW]", type=click.Path(path_type=Path))
@click.option(
    "--against",
    metavar="WHAT",
    help="A commit, branch or tag; a folder; or the control address of a running application. Default: the lock files as they are.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "sarif"]),
    default="text",
    show_default=True,
    help="For people, for programs, for a review comment, for a code host.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--explain", "rule", metavar="RULE", help="Say what a rule means, and do nothing else.")
@click.option("--all", "everything", is_flag=True, help="Show changes too that no caller can tell.")
@file_option
def check_command(
    *,
    documents: tuple[Path, ...],
    against: str | None,
    form: str,
    as_json: bool,
    rule: str | None,
    everything: bool,
    file: Path,
) -> None:
    """Find what the contracts in the code change of what was promised, whom it hits, and how to do it without.

    It fails where callers would fail, and where a lock file does not say what the code says. With OLD and NEW, it compares these two
    OpenAPI documents instead, by the same rules.
    """
    if documents and (len(documents) != 2 or against is not None):  # noqa: PLR2004 - a file before and one after
        message = "Name two OpenAPI documents, OLD and NEW, without --against."
        raise click.UsageError(message)
    form = "json" if as_json else form
    with mistakes_explained(as_json=form in ("json", "sarif")), nothing_collected():
        if rule is not None:
            _explain(rule, as_json=form == "json")
            return
        today = datetime.now(UTC).date()
        if documents:
            found = check_documents(*documents, today=today)
            _finish(found, form, lambda _: (documents[1].as_posix(), 1), everything)
            return
        project = open_project(file)
        folder = file.absolute().parent
        named, base = f"the lock files in {FOLDER}/", None
        if against is not None:
            named, base = base_of(against, folder, project.settings.data)
        current = {each.name: described(each) for each in project.assembly.contracts}
        report = check(
            current,
            locks_in(folder / FOLDER),
            base=base,
            named=named,
            callers_of=_callers(project.assembly),
            today=today,
            teams=teams_of(project),
            recorded=Expected(project.assembly, folder),
        )
    places = {each.name: each.python for each in project.assembly.contracts}
    _finish(report, form, lambda name: _place(places.get(name), folder), everything)


def _finish(report: Report, form: str, place_of: PlaceOf, everything: bool) -> None:  # noqa: FBT001 - of one caller
    _print(report, form, place_of, everything=everything)
    if not report.passes:
        raise SystemExit(FAILED)


def _callers(assembly: Assembly) -> Callable[[str], tuple[str, ...]]:
    """Who declares to call a contract: capabilities by their constructors, and the edge."""
    contracts = {each.name: each.python for each in assembly.contracts}
    return lambda name: assembly.callers_of(contracts[name]) if name in contracts else ()


def _explain(code: str, *, as_json: bool) -> None:
    known = {each.code: each for each in RULES}
    if code == "all":
        for each in known.values():
            _explain(each.code, as_json=as_json)
        return
    rule = known.get(code) or known.get(f"compat.{code}")
    if rule is None:
        raise NoSuchRule(code, did_you_mean(code, known) or "plures contract check --explain all lists them.")
    if as_json:
        row = {"rule": rule.code, "request": rule.request.name.lower(), "response": rule.response.name.lower()}
        print_json(row | {"what": rule.what, "why": rule.why, "instead": rule.instead}, pretty=False)
        return
    say(click.style(rule.code, bold=True))
    for name, text in (
        ("what", rule.what),
        ("in a request", _WORDS[rule.request]),
        ("in an answer", _WORDS[rule.response]),
        ("why", rule.why),
        ("instead", rule.instead),
    ):
        if text:
            say((f"  {name}: ", "dim"), text.format(**_PLACEHOLDERS))


def _print(report: Report, form: str, place_of: PlaceOf, *, everything: bool) -> None:
    match form:
        case "json":
            print_json(as_data(report), pretty=False)
        case "markdown":
            click.echo(as_markdown(report), nl=False)
        case "sarif":
            sarif = as_sarif(report, place_of, version=version("plures"))
            click.echo(json.dumps(sarif, ensure_ascii=False, indent=2))
        case _:
            _tell(report, everything=everything)


def _place(python: type | None, folder: Path) -> tuple[str, int]:
    try:
        file, line = (inspect.getsourcefile(python) or "", inspect.getsourcelines(python)[1]) if python else ("", 0)
    except (OSError, TypeError):
        return "", 0
    path = Path(os.path.relpath(file, folder)) if file else Path()
    return (path.as_posix(), line) if file and ".." not in path.parts else ("", 0)


def _tell(report: Report, *, everything: bool) -> None:
    for contract in report.contracts:
        _tell_contract(contract, everything=everything)
    contracts = f"{report.checked} {report.kind}{'' if report.checked == 1 else 's'}"
    mark, colon = (("ok", "green"), " ") if report.passes else (("failed", "red"), ":")
    say(mark, f"{colon} {contracts} against {report.base}: {summary(report)}")


def _tell_contract(contract: ContractReport, *, everything: bool) -> None:
    shown = [each for each in contract.changes if everything or each.severity is not Severity.OK]
    if not shown and not contract.problems and not contract.unkept:
        return
    needs = f"  needs {contract.needs}" if contract.needs else ""
    say(click.style(contract.name, bold=True), (f"  {contract.owner}", "dim"), needs)
    for change in shown:
        _tell_change(change)
    for unkept in contract.unkept:
        say(("  broken  ", "red"), unkept.what)
        say(("    fix: ", "green"), UNKEPT_FIX)
    # Where callers fail, the contract changes once more before it is locked.
    for problem in contract.problems if not contract.errors else ():
        say(("  problem ", "red"), problem.what)
        say(("    fix: ", "green"), problem.fix)
    say("")


def _tell_change(change: Change) -> None:
    say((f"  {_WORDS[change.severity]:<8}", _COLOURS[change.severity]), change.what, (f"  [{change.rule.code}]", "dim"))
    if change.places and change.places != (change.where,):
        more = len(change.places) - _MOST_PLACES
        shown = ", ".join(change.places[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
        say(("    where: ", "dim"), shown)
    if change.severity is Severity.OK:
        return
    say(("    why: ", "yellow"), change.rule.why)
    if change.callers:
        say(("    callers: ", "yellow"), ", ".join(change.callers))
    if change.expected_by:
        say(("    expected by: ", "yellow"), ", ".join(change.expected_by))
    if change.instead:
        say(("    instead: ", "green"), change.instead)
