"""From a survey to advice: evidence of all sources, weighed, with plans for the findings that ask for something."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from plures.advisor.errors import UnknownComponent
from plures.advisor.measuring import Survey
from plures.advisor.model import FORMAT

from .judgement import Advice, Evidence, Finding, SplitPlan, Verdict
from .plans import plan_merge, plan_split
from .sources import SOURCES, Source
from .verdicts import weigh

_ONLY_TEAM = (
    "Code and history can show one reason to split: teams that wait for each other. Whether a part must scale on its own, "
    "or fails differently from the rest, only a running system shows."
)
CAVEATS = (
    _ONLY_TEAM,
    "Imports by name at run time (plugins, dependency injection by string) are not seen.",
    "Confidence is the share of cases in which it held in the backtest. What left did not always do well to leave.",
)


def advise(survey: Survey, *, sources: Sequence[Source] = SOURCES, more: Iterable[Evidence] = ()) -> Advice:
    """Findings on every component, and on every pair that evidence speaks of.

    Args:
        more: Evidence from elsewhere, such as telemetry; it is weighed like any other.
    """
    evidence = [item for source in sources for item in source(survey)]
    findings = [_with_plan(survey, finding) for finding in weigh([*evidence, *more], survey.components)]
    codebase = survey.codebase
    commit = codebase.history.head if codebase.history else ""
    return Advice(FORMAT, codebase.name, commit, tuple(findings), (*codebase.notes, *CAVEATS))


def _with_plan(survey: Survey, finding: Finding) -> Finding:
    if finding.verdict is Verdict.SPLIT_OUT:
        return replace(finding, split=plan_split(survey, finding.subject[0]))
    if finding.verdict is Verdict.MERGE:
        return replace(finding, merge=plan_merge(survey, finding.subject[0], finding.subject[1]))
    return finding


def plan(survey: Survey, component: str) -> SplitPlan:
    """What taking a component out would need, whatever the verdict on it.

    Raises:
        UnknownComponent: The map has no such component.
    """
    if component not in survey.components:
        raise UnknownComponent(component, survey.components)
    return plan_split(survey, component)
