"""A report in SARIF 2.1.0, which code hosts show beside the lines of a change."""

from collections.abc import Callable
from typing import Any, Final

from plures.compat.changes import Change
from plures.compat.report import UNKEPT_FIX, ContractReport, Report
from plures.compat.rules import RULES, Severity

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.OK: "note"}
_UNLOCKED: Final = "compat.not_as_promised"

PlaceOf = Callable[[str], tuple[str, int]]
"""The file and line where a contract is declared; an empty file where that is not known."""


def as_sarif(report: Report, place_of: PlaceOf, *, version: str) -> dict[str, Any]:
    """The report as one run of a tool.

    Args:
        place_of: The place of a contract, which its changes are shown at.
        version: Of Plures.
    """
    rules = [
        {
            "id": rule.code,
            "shortDescription": {"text": rule.what},
            "fullDescription": {"text": rule.why},
            **({"help": {"text": rule.instead}} if rule.instead else {}),
            "defaultConfiguration": {"level": _LEVELS[rule.worst]},
        }
        for rule in RULES
    ]
    rules.append(
        {
            "id": _UNLOCKED,
            "shortDescription": {"text": "a contract is not locked or owned, or breaks expectations of consumers"},
        }
    )
    results = [result for each in report.contracts for result in _results(each, place_of)]
    driver = {"name": "plures", "semanticVersion": version, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _results(report: ContractReport, place_of: PlaceOf) -> list[dict[str, Any]]:
    locations = _locations(*place_of(report.name))
    results = [_result(change, report, locations) for change in report.changes]
    told = [(each.what, each.fix) for each in report.problems] + [(each.what, UNKEPT_FIX) for each in report.unkept]
    for what, fix in told:
        text = f"{report.name}: {what}. {fix}"
        results.append({"ruleId": _UNLOCKED, "level": "error", "message": {"text": text}, "locations": locations})
    return results


def _result(change: Change, report: ContractReport, locations: list[Any]) -> dict[str, Any]:
    hit = f" Callers: {', '.join(change.callers)}." if change.callers and change.severity else ""
    instead = f" Instead: {change.instead}" if change.instead and change.severity is Severity.ERROR else ""
    return {
        "ruleId": change.rule.code,
        "level": _LEVELS[change.severity],
        "message": {"text": f"{report.name}: {change.what}.{hit}{instead}"},
        "locations": locations,
        "partialFingerprints": {"change/v1": f"{report.name} {change.rule.code} {change.side.value} {change.where}"},
    }


def _locations(file: str, line: int) -> list[Any]:
    if not file:
        return []
    return [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": max(line, 1)}}}]
