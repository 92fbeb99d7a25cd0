"""Which components change together, how that develops, and how likely they are to do so next year. Reads history only."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from plures.advisor.reading import Commit, Cut, History

MONTH_S = 30.44 * 86_400
QUARTERS = 12
MASS_FILES = 50  # A commit of more files is a mass change: it says nothing about who belongs together.
TICKET_DAYS = 60  # Commits of one ticket further apart than this are not one change.
HALF_LIFE_MONTHS = 8.0
EXPECTED_WEIGHT = 0.3
IMPORT_WEIGHT = 0.3


@dataclass(frozen=True)
class Change:
    """One commit that counts, or all commits of one ticket.

    Attributes:
        when: Seconds since 1970.
        components: What it touched.
        commits: Its commits' ids, newest first.
    """

    when: int
    author: int
    components: frozenset[str]
    files: tuple[int, ...]
    commits: tuple[str, ...]


@dataclass(frozen=True)
class Coupling:
    """How two components change together.

    Attributes:
        together: Commits of the last 24 months that touched both.
        either: Commits that touched at least one of them.
        least: Commits that touched the one that changes less.
        by_ticket: Tickets of the last 24 months whose commits touched both though no single commit did.
        quarters: Commits that touched both, per quarter, oldest first.
        forecast: Expected coupling strength next year, for ranking pairs; no unit.
        examples: Ids of the newest commits that touched both.
    """

    together: int
    either: int
    least: int
    by_ticket: int
    quarters: tuple[int, ...]
    forecast: float
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of all their commits that touched both, 0 to 1."""
        return self.together / self.either if self.either else 0.0

    @property
    def share_of_least(self) -> float:
        """Share of the less-changed one's commits that touched the other too, 0 to 1."""
        return self.together / self.least if self.least else 0.0

    @property
    def trend(self) -> float:
        """Commits together in the last year minus those in the year before, per commit of both years; -1 to 1."""
        last, before = sum(self.quarters[-4:]), sum(self.quarters[-8:-4])
        return (last - before) / (last + before) if last + before else 0.0


@dataclass(frozen=True)
class Activity:
    """How much a component changes.

    Attributes:
        commits: In the last 24 months.
        alone: Of these, those that touched no other component.
        quarters: Commits per quarter, oldest first.
    """

    commits: int = 0
    alone: int = 0
    quarters: tuple[int, ...] = field(default=(0,) * QUARTERS)


def changes(history: History, cut: Cut, counted: frozenset[str]) -> Iterator[Change]:
    """Commits that tell something: no formatting, no mass change, at least one component touched.

    Args:
        counted: Paths of production files; of gone files, any Python file in a component's folder counts.
    """
    now = set(cut.of)
    owner = [_component(path, cut, counted, now) for path in history.paths]
    for commit in history.commits:
        if commit.formatting or commit.size > MASS_FILES:
            continue
        files = tuple(f for f in commit.files if owner[f] is not None)
        touched = frozenset(component for f in files if (component := owner[f]) is not None)
        if touched:
            yield Change(commit.when, commit.author, touched, files, (commit.sha,))


def _component(path: str, cut: Cut, counted: frozenset[str], now: set[str]) -> str | None:
    if not path.endswith(".py") or (path in counted and path not in now):
        return None  # Tests and migrations of today follow the code; they say nothing of their own.
    return cut.component_of(path)


def activities(found: Iterable[Change], now: int) -> dict[str, Activity]:
    """Activity per component."""
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
    """Within the last 24 months."""
    return now - when < 24 * MONTH_S


def quarter_of(when: int, now: int) -> int | None:
    """Position of a moment among the last `QUARTERS` quarters, oldest first; None when it is older."""
    back = int((now - when) // (3 * MONTH_S))
    return QUARTERS - 1 - back if 0 <= back < QUARTERS else None


def couplings(
    found: list[Change], history: History, now: int, imports: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], Coupling]:
    """Coupling per pair of components in alphabetical order, for pairs that ever changed together.

    Args:
        imports: Import sites by (importing, imported) component.
    """
    counts = _Counts(found, now)
    tickets = _by_ticket(found, history.commits, now)
    pairs = sorted(set(counts.quarters) | set(tickets) | set(counts.weight))
    return {pair: counts.coupling(pair, tickets[pair], imports) for pair in pairs}


class _Counts:
    def __init__(self, found: list[Change], now: int) -> None:
        self._together: Counter[tuple[str, str]] = Counter()
        self._each: Counter[str] = Counter()
        self._examples: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.quarters: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * QUARTERS)
        self.weight: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._weight_each: defaultdict[str, float] = defaultdict(float)
        for change in found:
            self._add(change, now)
        self._all = sum(self._weight_each.values()) / 2 + 1

    def _add(self, change: Change, now: int) -> None:
        weight = 0.5 ** (max(0.0, now - change.when) / (HALF_LIFE_MONTHS * MONTH_S))
        recent, quarter = is_recent(change.when, now), quarter_of(change.when, now)
        for component in change.components:
            self._weight_each[component] += weight
            self._each[component] += recent
        for pair in combinations(sorted(change.components), 2):
            self.weight[pair] += weight
            if recent:
                self._together[pair] += 1
                self._examples[pair].append(change.commits[0])
            if quarter is not None:
                self.quarters[pair][quarter] += 1

    def coupling(self, pair: tuple[str, str], by_ticket: int, imports: Mapping[tuple[str, str], int]) -> Coupling:
        left, right = pair
        together = self._together[pair]
        expected = self._weight_each[left] * self._weight_each[right] / self._all
        bond = math.log1p(imports.get((left, right), 0)) + math.log1p(imports.get((right, left), 0))
        forecast = self.weight[pair] + EXPECTED_WEIGHT * expected + IMPORT_WEIGHT * bond * math.sqrt(expected + 0.1)
        either = self._each[left] + self._each[right] - together
        least = min(self._each[left], self._each[right])
        quarters = tuple(self.quarters[pair]) if pair in self.quarters else (0,) * QUARTERS
        return Coupling(together, either, least, by_ticket, quarters, forecast, tuple(self._examples[pair][:5]))


def _by_ticket(found: list[Change], commits: Iterable[Commit], now: int) -> Counter[tuple[str, str]]:
    """Pairs that a ticket's commits touched together although none of its commits did."""
    tickets_of = {commit.sha: commit.tickets for commit in commits if commit.tickets}
    groups: defaultdict[str, list[Change]] = defaultdict(list)
    for change in found:
        if is_recent(change.when, now):
            for ticket in tickets_of.get(change.commits[0], ()):
                groups[ticket].append(change)
    pairs: Counter[tuple[str, str]] = Counter()
    for group in groups.values():
        if len(group) > 1 and max(c.when for c in group) - min(c.when for c in group) < TICKET_DAYS * 86_400:
            single = {pair for change in group for pair in combinations(sorted(change.components), 2)}
            whole = frozenset[str]().union(*(change.components for change in group))
            pairs.update(pair for pair in combinations(sorted(whole), 2) if pair not in single)
    return pairs
