"""What the advisor and the baselines say of one repository as of its commit."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from plures.advisor import ReadRequest, Survey, Verdict, advise, default_cache, read_codebase, survey
from plures.advisor.reading.components import divide_by_folders

from .registered import Case

Score = Callable[[Survey, str], float]


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Ignores progress."""


def read(case: Case, repositories: Path) -> Survey:
    """The survey of a case, with its registered divisions."""
    codebase = read_codebase(ReadRequest(case.folder(repositories), case.commit, cache=default_cache()), quiet)
    if case.definitions.divide:
        lines = {path: codebase.facts[path].lines for path in codebase.production}
        codebase = replace(codebase, division=divide_by_folders(lines, codebase.index.name_of, case.definitions.divide))
    return survey(codebase, quiet)


def candidates(case: Case, read_survey: Survey) -> list[str]:
    """Components that count; every one that left must be among them."""
    missing = set(case.left) - set(read_survey.components)
    if missing:
        message = f"{case.title}: no components {sorted(missing)}; there are {read_survey.components}"
        raise LookupError(message)
    return [name for name in read_survey.components if name not in case.ignored]


def split_out(read_survey: Survey) -> set[str]:
    """Components that the advisor would split out."""
    return {f.subject[0] for f in advise(read_survey).findings if f.verdict is Verdict.SPLIT_OUT}


def _advisor(read_survey: Survey, name: str) -> float:
    return read_survey.independence[name].score


def _lines(read_survey: Survey, name: str) -> float:
    of = read_survey.codebase.division.of
    return float(sum(read_survey.codebase.facts[path].lines for path in of if of[path] == name))


def _files(read_survey: Survey, name: str) -> float:
    return float(Counter(read_survey.codebase.division.of.values())[name])


def _directory(read_survey: Survey, name: str) -> float:
    """Folders below it: what looks like a project on disk."""
    of = read_survey.codebase.division.of
    return float(len({path.rpartition("/")[0] for path in of if of[path] == name}))


def _cohesion(read_survey: Survey, name: str) -> float:
    return read_survey.independence[name].cohesion


def _last_year(read_survey: Survey, name: str) -> float:
    """Share of commits that touched nothing else. The baseline is that a component which is uncoupled so far will leave."""
    activity = read_survey.activities.get(name)
    return activity.alone / activity.commits if activity and activity.commits else 0.0


def _pairs(read_survey: Survey, name: str) -> float:
    """Share of its outside imports that go to a single partner. This looks modular when a codebase is divided into matched pairs."""
    partners: Counter[str] = Counter()
    for (source, target), dependency in read_survey.dependencies.items():
        if source != target and name in (source, target):
            partners[target if source == name else source] += dependency.sites
    return max(partners.values(), default=0) / (partners.total() or 1)


def _random(_survey: Survey, name: str) -> float:
    return random.Random(f"20141201 {name}").random()


SCORES: dict[str, Score] = {
    "advisor": _advisor,
    "import cohesion": _cohesion,
    "size in lines": _lines,
    "files": _files,
    "directory": _directory,
    "matched pairs": _pairs,
    "last year's coupling": _last_year,
    "random": _random,
}
