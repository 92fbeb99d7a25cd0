"""A report as data, for programs."""

from typing import Any

from plures.compat.changes import Change
from plures.compat.report import Report


def as_data(report: Report) -> dict[str, Any]:
    """The report: contracts with their changes, and whether it passes."""
    return {
        "against": report.base,
        "checked": report.checked,
        "passes": report.passes,
        "contracts": [
            {
                "name": each.name,
                "owner": each.owner,
                "needs": each.needs or None,
                "problems": [{"what": problem.what, "fix": problem.fix} for problem in each.problems],
                "unkept": [{"whose": e.whose, "operation": e.operation, "why": e.why} for e in each.unkept],
                "changes": [_change(change) for change in each.changes],
            }
            for each in report.contracts
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule.code,
        "severity": change.severity.name.lower(),
        "side": change.side.value,
        "where": change.where,
        "places": list(change.places),
        "what": change.what,
        "why": change.rule.why,
        "instead": change.instead or None,
        "callers": list(change.callers),
        "expected_by": list(change.expected_by),
    }
