"""Which commits count, which components they touched, and how much each component changes. Reads history only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plures.advisor.reading import Division, History

MONTH_S = 30.44 * 86_400
QUARTERS = 12
# A commit of more files is a mass change: it does not show which files belong together.
MASS_FILES = 50


@dataclass(frozen=True)
class Change:
    """A commit that counts.

    Attributes:
        when: Seconds since 1970.
        author: Position in `History.authors`.
        components: What it touched.
        files: Positions in `History.paths`.
    """

    when: int
    author: int
    components: frozenset[str]
    files: tuple[int, ...]
    sha: str


@dataclass(frozen=True)
class Activity:
    """How much a component changes.

    Attributes:
        commits: In the last 24 months.
        alone: How many of these touched no other component.
        quarters: Commits per quarter, oldest first.
    """

    commits: int
    alone: int
    quarters: tuple[int, ...]


def changes(history: History, division: Division, python: frozenset[str]) -> Iterator[Change]:
    """Commits that touched a component and are neither formatting nor mass changes.

    Args:
        python: Paths of all Python files of today. Of these only production files count; a file that no longer exists counts
            when it was in the folder of a component.
    """
    owner = [_component(path, division, python) for path in history.paths]
    for commit in history.commits:
        if commit.formatting or commit.size > MASS_FILES:
            continue
        files = tuple(f for f in commit.files if owner[f] is not None)
        touched = frozenset(component for f in files if (component := owner[f]) is not None)
        if touched:
            yield Change(commit.when, commit.author, touched, files, commit.sha)


def _component(path: str, division: Division, python: frozenset[str]) -> str | None:
    # Tests and migrations of today follow the code; they say nothing of their own.
    if not path.endswith(".py") or (path in python and path not in division.of):
        return None
    return division.component_of(path)


def activities(found: Iterable[Change], now: int) -> dict[str, Activity]:
    """Activity by component."""
    commits: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    quarters: defaultdict[str, list[int]] = defaultdict(lambda: [0] * QUARTERS)
    for change in found:
        quarter = quarter_of(change.when, now)
        for component in change.components:
            if quarter is not None:
                quarters[component][quarter] += 1
            if is_recent(change.when, now):
                commits[component] += 1
                alone[component] += len(change.components) == 1
    return {c: Activity(commits[c], alone[c], tuple(q)) for c, q in quarters.items()}


def is_recent(when: int, now: int) -> bool:
    """Whether a moment lies within the last 24 months."""
    return now - when < 24 * MONTH_S


def quarter_of(when: int, now: int) -> int | None:
    """Position of a moment among the last `QUARTERS` quarters, oldest first; None when it is older."""
    back = int((now - when) // (3 * MONTH_S))
    return QUARTERS - 1 - back if 0 <= back < QUARTERS else None
