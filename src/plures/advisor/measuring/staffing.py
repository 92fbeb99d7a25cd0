"""Who changes each component, and where one team waits for another. Does not know how teams were found."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .changes import Change, is_recent

# An author who changes a file that another team changed within so many days had to look at that change first.
WAIT_DAYS = 14
# A team with a smaller share of a component's commits is a visitor. Of commits by people in no team it is not known whose they are,
# so they make no team a visitor.
SMALLEST_TEAM_SHARE = 0.2


@dataclass(frozen=True)
class Wait:
    """How often one team changed files that another had just changed.

    Attributes:
        waiting: The team that came later.
        on: The team that came first.
        times: How often the second change came within `WAIT_DAYS` of the first.
        median_days: Days between the two changes.
        examples: Ids of second changes.
    """

    waiting: str
    on: str
    times: int
    median_days: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Staffing:
    """Who changes one component.

    Attributes:
        commits: All commits of the last 24 months.
        in_teams: How many of these are by authors who belong to a team.
        authors: (author, commits), most commits first.
        teams: (team, share of commits), largest first.
        waits: By pair of teams, most frequent first.
        owners: As CODEOWNERS names them.
    """

    commits: int
    in_teams: int
    authors: tuple[tuple[int, int], ...]
    teams: tuple[tuple[str, float], ...]
    waits: tuple[Wait, ...]
    owners: tuple[str, ...] = ()

    @property
    def resident_teams(self) -> tuple[str, ...]:
        """Teams that are not just visitors: they have a fifth of the commits whose team is known, or more."""
        least = SMALLEST_TEAM_SHARE * self.in_teams
        return tuple(team for team, share in self.teams if round(share * self.commits) >= least)

    @property
    def resident_waits(self) -> tuple[Wait, ...]:
        """Waits of one resident team for another."""
        resident = set(self.resident_teams)
        return tuple(wait for wait in self.waits if {wait.waiting, wait.on} <= resident)

    @property
    def waiting_share(self) -> float:
        """Share of its commits, 0 to 1, that came within `WAIT_DAYS` after another resident team's commit to the same file."""
        return sum(wait.times for wait in self.resident_waits) / self.commits if self.commits else 0.0


def staffing(
    found: Sequence[Change], teams: Mapping[int, str], component_of: Mapping[int, str], now: int
) -> dict[str, Staffing]:
    """Staffing by component.

    Args:
        teams: Team by author.
        component_of: Component by position in `History.paths`.
    """
    recent = sorted((c for c in found if is_recent(c.when, now)), key=lambda c: c.when)
    authors: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for change in recent:
        for component in change.components:
            authors[component][change.author] += 1
    waits = _waits(recent, teams, component_of)
    return {component: _staff(counts, teams, waits.get(component, {})) for component, counts in authors.items()}


_Waits = dict[tuple[str, str], list[tuple[float, str]]]


def _waits(recent: Sequence[Change], teams: Mapping[int, str], component_of: Mapping[int, str]) -> dict[str, _Waits]:
    """By component and (waiting team, team it waits for): the days between two changes, and the later commit."""
    last: dict[int, tuple[int, str]] = {}
    waits: defaultdict[str, _Waits] = defaultdict(lambda: defaultdict(list))
    for change in recent:
        team = teams.get(change.author)
        if team is None:
            continue
        blocked: dict[str, tuple[float, str]] = {}
        for file in change.files:
            if file in last and file in component_of:
                days, other = (change.when - last[file][0]) / 86_400, last[file][1]
                if other != team and days <= WAIT_DAYS:
                    component = component_of[file]
                    blocked[component] = min(blocked.get(component, (days, other)), (days, other))
            last[file] = (change.when, team)
        for component, (days, other) in blocked.items():
            waits[component][team, other].append((days, change.sha))
    return waits


def _staff(authors: Counter[int], teams: Mapping[int, str], waits: _Waits) -> Staffing:
    shares: Counter[str] = Counter()
    for author, count in authors.items():
        if author in teams:
            shares[teams[author]] += count
    commits = authors.total()
    listed = [_wait(pair, found) for pair, found in waits.items()]
    return Staffing(
        commits,
        shares.total(),
        tuple(authors.most_common()),
        tuple((team, count / commits) for team, count in shares.most_common()),
        tuple(sorted(listed, key=lambda wait: (-wait.times, wait.waiting, wait.on))),
    )


def _wait(pair: tuple[str, str], found: list[tuple[float, str]]) -> Wait:
    days = sorted(day for day, _ in found)
    return Wait(*pair, len(found), days[len(days) // 2], tuple(sha for _, sha in found[-3:][::-1]))


def author_overlap(left: Staffing | None, right: Staffing | None) -> float:
    """How far the same people change both, 0 to 1: the overlap of their shares of commits. 0 where no author is known."""
    mine, other = dict(left.authors) if left else {}, dict(right.authors) if right else {}
    total_mine, total_other = sum(mine.values()), sum(other.values())
    return sum((min(mine[a] / total_mine, other[a] / total_other) for a in mine.keys() & other.keys()), 0.0)
