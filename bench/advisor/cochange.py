"""The task without labels: which pairs of components change together in the twelve months that follow."""

from collections import Counter
from itertools import combinations
from pathlib import Path

from plures.advisor import Survey
from plures.advisor.measuring.changes import changes
from plures.advisor.reading import Cache, History, default_folder
from plures.advisor.reading.repository import open_repository, read_history

from .measures import Ranked
from .registered import Case

YEAR_S = 365.25 * 86_400
LABEL = 3


def ranked_pairs(case: Case, survey: Survey, repositories: Path) -> dict[str, Ranked]:
    """Every pair of components with what each forecast says of it and whether it came true."""
    after = _together(survey, _later_history(case, repositories), survey.now, survey.now + YEAR_S)
    before = _together(survey, survey.codebase.history, survey.now - YEAR_S, survey.now + 1)
    pairs = list(combinations(survey.components, 2))
    came = [after[pair] >= LABEL for pair in pairs]

    def forecast(pair: tuple[str, str]) -> float:
        coupling = survey.couplings.get(pair)
        return coupling.forecast if coupling else 0.0

    return {
        "advisor": [(forecast(pair), true) for pair, true in zip(pairs, came, strict=True)],
        "same as last year": [(float(before[pair] >= LABEL), true) for pair, true in zip(pairs, came, strict=True)],
        "ranked by last year's count": [(float(before[pair]), true) for pair, true in zip(pairs, came, strict=True)],
    }


def _together(survey: Survey, history: History | None, start: float, end: float) -> Counter[tuple[str, str]]:
    pairs: Counter[tuple[str, str]] = Counter()
    if history is not None:
        for change in changes(history, survey.codebase.division, frozenset(survey.codebase.index.name_of)):
            if start < change.when <= end:
                pairs.update(combinations(sorted(change.components), 2))
    return pairs


def _later_history(case: Case, repositories: Path) -> History:
    """History up to the newest commit that the repository has."""
    repository = open_repository(case.folder(repositories))
    if repository is None:
        message = f"{case.title}: {case.folder(repositories)} is no repository"
        raise LookupError(message)
    cache = Cache(default_folder())
    history = cache.load("later", repository.head, History)
    if history is None:
        history = read_history(repository, lambda _count: None)
        cache.store("later", repository.head, history)
    return history
