"""Makes advice from a survey: weighs the evidence of all sources, and plans what the findings ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec import UNSET

from plures.advisor.errors import UnknownComponent
from plures.advisor.measuring import Survey
from plures.advisor.model import FORMAT
from plures.advisor.reading import unread
from plures.advisor.watching import Watched

from .judgement import Advice, Evidence, Finding, SplitPlan, Verdict
from .plans import plan_merge, plan_split
from .running import from_contracts, from_running, gain_of, looked_at, too_little
from .sources import SOURCES, Source, some
from .verdicts import weigh

_KNOWN = 12
_ONLY_TEAM = (
    "Code and history can show one reason to split: teams that wait for each other. Whether a part must scale on its own, "
    "or fails differently from the rest, only a running system shows."
)
_ALL_REASONS = (
    "What a running application shows counts as one source beside code and history. Its thresholds were chosen, not measured, so no confidence "
    "is told of what rests on them; and what was not asked for in the time that was looked at is not seen."
)
_NO_TEAMS = (
    "Who works on the same files counts as a group of people; whether these are teams, history does not say. "
    "Name the teams in a file with --components."
)
_CONFIDENCE = (
    "Confidence is the share of such findings that held in repositories whose later history is known, those of the backtest and 17 others; "
    "in the latter, independence told apart what left and what stayed in 70 of 100 pairs. What left did not always do well to leave."
)
CAVEATS = (
    _ONLY_TEAM,
    "The advisor does not see imports by name at run time (plugins, dependency injection by string).",
    _CONFIDENCE,
)


def advise(
    survey: Survey,
    *,
    sources: Sequence[Source] = SOURCES,
    watched: Watched | None = None,
    more: Iterable[Evidence] = (),
) -> Advice:
    """Findings on every component, and on every pair that there is evidence on.

    Args:
        watched: What the running application showed.
        more: Evidence from elsewhere, such as a simulation. It is weighed like any other.
    """
    evidence = [item for source in sources for item in source(survey)]
    seen = [*from_running(watched), *from_contracts(survey, watched)] if watched else []
    findings = [_with_plan(survey, watched, each) for each in weigh([*evidence, *seen, *more], survey.components)]
    codebase = survey.codebase
    commit = codebase.history.head if codebase.history else ""
    named = bool(codebase.definitions.teams)
    caveats = (*codebase.notes, *(() if named or not codebase.history else (_NO_TEAMS,)), *CAVEATS)
    if watched is not None:
        reasons = (looked_at(watched), *too_little(watched), _ALL_REASONS)
        caveats = (*reasons, *(each for each in caveats if each is not _ONLY_TEAM))
    return Advice(
        FORMAT, codebase.name, commit, tuple(findings), caveats, unread(codebase), UNSET if watched is None else watched
    )


def _with_plan(survey: Survey, watched: Watched | None, finding: Finding) -> Finding:
    if finding.verdict is Verdict.SPLIT_OUT:
        return replace(finding, split=plan_split(survey, finding.subject[0]))
    if finding.verdict is Verdict.MERGE:
        planned = plan_merge(survey, finding.subject[0], finding.subject[1])
        gain = gain_of(watched, finding.subject) if watched else None
        return replace(finding, merge=planned if gain is None else replace(planned, observed=gain))
    return finding


def plan(survey: Survey, component: str) -> SplitPlan:
    """What it would need to take a component out, whatever the verdict on it is.

    Raises:
        UnknownComponent: The map has no such component.
    """
    if component not in survey.components:
        raise UnknownComponent(component, len(survey.components), some(survey.components, _KNOWN))
    return plan_split(survey, component)
