"""Which components change together, how that develops, and how likely they are to do so next year. Reads history only."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from plures.advisor.reading import Commit, History

from .changes import MONTH_S, QUARTERS, Change, is_recent, quarter_of

# Commits of one ticket that lie further apart than this are not one change.
TICKET_DAYS = 60
HALF_LIFE_MONTHS = 8.0
EXPECTED_WEIGHT = 0.3
IMPORT_WEIGHT = 0.3


@dataclass(frozen=True)
class Coupling:
    """How two components change together.

    Attributes:
        together: Commits of the last 24 months that touched both.
        either: Commits that touched at least one of them.
        least: Commits that touched the component that changes less.
        by_ticket: Tickets of the last 24 months whose commits touched both, although no single commit did.
        quarters: Commits that touched both, per quarter, oldest first.
        forecast: Expected strength of the coupling next year; it ranks pairs and has no unit.
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
        """Of the commits that touched at least one of them, the share that touched both, 0 to 1."""
        return self.together / self.either if self.either else 0.0

    @property
    def share_of_least(self) -> float:
        """Of the commits that touched the one that changes less, the share that touched both, 0 to 1."""
        return self.together / self.least if self.least else 0.0

    @property
    def trend(self) -> float:
        """Joint commits of the last year minus those of the year before, per joint commit of both years; -1 to 1."""
        last, before = sum(self.quarters[-4:]), sum(self.quarters[-8:-4])
        return (last - before) / (last + before) if last + before else 0.0


def couplings(
    found: list[Change], history: History, now: int, imports: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], Coupling]:
    """Coupling by pair of components in alphabetical order, for pairs that ever changed together.

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
                self._examples[pair].append(change.sha)
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
    """For each pair, how many tickets touched both components although none of their commits did."""
    tickets_of = {commit.sha: commit.tickets for commit in commits if commit.tickets}
    groups: defaultdict[str, list[Change]] = defaultdict(list)
    for change in found:
        if is_recent(change.when, now):
            for ticket in tickets_of.get(change.sha, ()):
                groups[ticket].append(change)
    pairs: Counter[tuple[str, str]] = Counter()
    for group in groups.values():
        if len(group) > 1 and max(c.when for c in group) - min(c.when for c in group) < TICKET_DAYS * 86_400:
            single = {pair for change in group for pair in combinations(sorted(change.components), 2)}
            whole = {component for change in group for component in change.components}
            pairs.update(pair for pair in combinations(sorted(whole), 2) if pair not in single)
    return pairs
