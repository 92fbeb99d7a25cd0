"""A report as Markdown, for a comment on a change."""

import re
from typing import Final

from plures.compat.changes import Change
from plures.compat.report import UNKEPT_FIX, ContractReport, Report
from plures.compat.rules import Severity

_SIGNS: Final = {Severity.ERROR: "**breaks**", Severity.WARNING: "may surprise", Severity.OK: "fine"}
_MOST_PLACES: Final = 3
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#])")


def as_markdown(report: Report) -> str:
    """The report: a table of changes for each contract, and what to do instead of those that break it."""
    if not report.contracts:
        return f"### Contracts\n\nNothing changed in {report.checked} contracts against {_text(report.base)}.\n"
    parts = [f"### Contracts\n\nAgainst {_text(report.base)}: {summary(report)}.\n"]
    parts.extend(_contract(each) for each in report.contracts)
    return "\n".join(parts)


def summary(report: Report) -> str:
    """How many changes break callers and how many may surprise them, in words."""
    errors = sum(each.errors for each in report.contracts)
    warnings = sum(each.warnings for each in report.contracts)
    problems = sum(bool(each.problems) for each in report.contracts)
    unkept = sum(len(each.unkept) for each in report.contracts)
    parts = [
        _count(errors, "change breaks callers", "changes break callers"),
        _count(warnings, "may surprise them", "may surprise them"),
        _count(
            problems,
            "contract is not locked or owned as it must be",
            "contracts are not locked or owned as they must be",
        ),
        _count(unkept, "expectation of consumers is broken", "expectations of consumers are broken"),
    ]
    return ", ".join(filter(None, parts)) or "no change breaks callers"


def _count(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def _contract(report: ContractReport) -> str:
    lines = [f"#### {_text(report.name)} ({_text(report.owner)})", ""]
    if report.needs:
        lines += [f"Needs **{_text(report.needs)}**.", ""]
    for problem in report.problems:
        lines += [f"**Does not pass**: {_text(problem.what)}. {_text(problem.fix)}", ""]
    for unkept in report.unkept:
        lines += [f"**Does not pass**: {_text(unkept.what)}. {_text(UNKEPT_FIX)}", ""]
    if report.changes:
        lines += ["| | change | where callers meet it | callers |", "|---|---|---|---|"]
        lines += [_row(change) for change in report.changes]
        lines.append("")
    instead = dict.fromkeys(each.instead for each in report.changes if each.severity is Severity.ERROR and each.instead)
    if instead:
        lines += ["How to do it so that no caller fails:", "", *(f"- {_text(each)}" for each in instead), ""]
    return "\n".join(lines)


def _row(change: Change) -> str:
    more = len(change.places) - _MOST_PLACES
    places = ", ".join(change.places[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")
    callers = ", ".join((*change.callers, *(f"test of {each}" for each in change.expected_by)))
    what = f"{_text(change.what)} ({_text(change.rule.code)})"
    return f"| {_SIGNS[change.severity]} | {what} | {_text(places)} | {_text(callers)} |"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
