"""Who works where, which teams that makes, and where one waits for another. Reads history and owner files, no code."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .coupling import Change, is_recent

WAIT_DAYS = 14  # A change to a file that another team changed within so many days had to look at that change first.
SMALLEST_TEAM_SHARE = 0.2  # Of a component's commits; below it, a team is a visitor.
SAME_FILES = 0.25  # Overlap of the files that two authors change, from which they count as one team.
FOCUS_SHARE = 0.3  # An author whose main component has less than this share of their work belongs to no team.


@dataclass(frozen=True)
class Wait:
    """How often one team changed files that another had just changed.

    Attributes:
        waiting: The team that came later.
        on: The team that came first.
        times: How often within `WAIT_DAYS`.
        median_days: Between the two changes.
        examples: Ids of later commits.
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
        commits: In the last 24 months by authors who belong to a team.
        authors: Commits by author, most first.
        teams: Share of commits by team, largest first.
        waits: Pairs of teams, most frequent first.
        owners: As CODEOWNERS names them.
    """

    commits: int
    authors: tuple[tuple[int, int], ...]
    teams: tuple[tuple[str, float], ...]
    waits: tuple[Wait, ...]
    owners: tuple[str, ...] = ()

    @property
    def resident_teams(self) -> tuple[str, ...]:
        """Teams that are no mere visitors."""
        return tuple(team for team, share in self.teams if share >= SMALLEST_TEAM_SHARE)

    @property
    def waiting_share(self) -> float:
        """Share of its commits that came within `WAIT_DAYS` after a resident team's other commit to the same file, 0 to 1."""
        resident = set(self.resident_teams)
        times = sum(wait.times for wait in self.waits if {wait.waiting, wait.on} <= resident)
        return times / self.commits if self.commits else 0.0


def infer_teams(found: Sequence[Change], now: int) -> dict[int, str]:
    """Team by author: those who mainly work in the same component, and within it mainly on the same files.

    Only the last 24 months count. Who works everywhere belongs to no team.
    """
    work: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for change in found:
        if is_recent(change.when, now):
            for component in change.components:
                work[change.author][component] += 1
    homes: defaultdict[str, list[int]] = defaultdict(list)
    for author, places in work.items():
        home, commits = min(places.items(), key=lambda item: (-item[1], item[0]))
        if commits >= FOCUS_SHARE * sum(places.values()):
            homes[home].append(author)
    teams: dict[int, str] = {}
    for home, authors in homes.items():
        groups = _groups(authors, _files_of(found, home, set(authors), now))
        for number, group in enumerate(groups, 1):
            name = f"around {home}" if len(groups) == 1 else f"around {home} ({number})"
            teams.update(dict.fromkeys(group, name))
    return teams


def _files_of(found: Sequence[Change], component: str, authors: set[int], now: int) -> dict[int, Counter[int]]:
    files: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for change in found:
        if change.author in authors and component in change.components and is_recent(change.when, now):
            files[change.author].update(change.files)
    return files


def _groups(authors: Sequence[int], files: Mapping[int, Counter[int]]) -> list[list[int]]:
    """Authors joined where their files overlap; a group too small to be a team joins the largest."""
    active = sorted((a for a in authors if sum(files[a].values()) >= 5), key=lambda a: -sum(files[a].values()))  # noqa: PLR2004
    groups: list[list[int]] = []
    for author in active:
        joined = next(
            (group for group in groups if any(_overlap(files[author], files[other]) > SAME_FILES for other in group)),
            None,
        )
        if joined is None:
            groups.append([author])
        else:
            joined.append(author)
    teams = [group for group in groups if len(group) > 1]
    if len(teams) < 2:  # noqa: PLR2004
        return [list(authors)]
    placed = {author for team in teams for author in team}
    max(teams, key=len).extend(author for author in authors if author not in placed)
    return teams


def _overlap(left: Counter[int], right: Counter[int]) -> float:
    total = min(sum(left.values()), sum(right.values()))
    mine, other = sum(left.values()), sum(right.values())
    shared = sum(min(left[f] / mine, right[f] / other) for f in left.keys() & right.keys())
    return shared if total else 0.0


def staffing(
    found: Sequence[Change], teams: Mapping[int, str], owner_of_file: Mapping[int, str], now: int
) -> dict[str, Staffing]:
    """Staffing by component.

    Args:
        owner_of_file: Component by position in `History.paths`.
    """
    recent = sorted((c for c in found if is_recent(c.when, now)), key=lambda c: c.when)
    authors: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for change in recent:
        for component in change.components:
            authors[component][change.author] += 1
    waits = _waits(recent, teams, owner_of_file)
    return {component: _staff(counts, teams, waits.get(component, {})) for component, counts in authors.items()}


_Waits = dict[tuple[str, str], list[tuple[float, str]]]


def _waits(recent: Sequence[Change], teams: Mapping[int, str], owner_of_file: Mapping[int, str]) -> dict[str, _Waits]:
    last: dict[int, tuple[int, str]] = {}
    waits: defaultdict[str, _Waits] = defaultdict(lambda: defaultdict(list))
    for change in recent:
        team = teams.get(change.author)
        if team is None:
            continue
        blocked: dict[str, tuple[float, str]] = {}
        for file in change.files:
            if file in last and file in owner_of_file:
                days, other = (change.when - last[file][0]) / 86_400, last[file][1]
                if other != team and days <= WAIT_DAYS:
                    component = owner_of_file[file]
                    blocked[component] = min(blocked.get(component, (days, other)), (days, other))
            last[file] = (change.when, team)
        for component, (days, other) in blocked.items():
            waits[component][team, other].append((days, change.commits[0]))
    return waits


def _staff(authors: Counter[int], teams: Mapping[int, str], waits: _Waits) -> Staffing:
    shares: Counter[str] = Counter()
    for author, count in authors.items():
        if author in teams:
            shares[teams[author]] += count
    commits = sum(shares.values())
    listed = [_wait(pair, found) for pair, found in waits.items()]
    return Staffing(
        commits,
        tuple(authors.most_common()),
        tuple((team, count / commits) for team, count in shares.most_common()),
        tuple(sorted(listed, key=lambda wait: (-wait.times, wait.waiting, wait.on))),
    )


def _wait(pair: tuple[str, str], found: list[tuple[float, str]]) -> Wait:
    days = sorted(day for day, _ in found)
    return Wait(*pair, len(found), days[len(days) // 2], tuple(sha for _, sha in found[-3:][::-1]))


def same_owners(left: Staffing, right: Staffing) -> float:
    """How far the same people change both, 0 to 1: the overlap of their shares of commits."""
    mine, other = dict(left.authors), dict(right.authors)
    total_mine, total_other = sum(mine.values()), sum(other.values())
    if not total_mine or not total_other:
        return 0.0
    return sum(min(mine[a] / total_mine, other[a] / total_other) for a in mine.keys() & other.keys())


def owner_overlap(staffing: Mapping[str, Staffing], left: str, right: str) -> float:
    """How far the same people change both, 0 to 1; 0 when nobody is known."""
    mine, other = staffing.get(left), staffing.get(right)
    return same_owners(mine, other) if mine and other else 0.0


def owners_of(content: str, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Owners by path after a CODEOWNERS file; as there, the last rule that fits counts."""
    rules = [rule for line in content.splitlines() if (rule := _rule(line))]
    found: dict[str, tuple[str, ...]] = {}
    for path in paths:
        for pattern, owners in reversed(rules):
            if pattern.search(path):
                found[path] = owners
                break
    return found


def _rule(line: str) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    words = line.split("#", maxsplit=1)[0].split() if not line.lstrip().startswith(("#", "[", "^[")) else []
    if not words:
        return None
    return re.compile(_as_regex(words[0])), tuple(words[1:])


def _as_regex(pattern: str) -> str:
    anchored = pattern.startswith("/") or "/" in pattern.rstrip("/")
    body = (
        re.escape(pattern.strip("/"))
        .replace(r"\*\*/", "(?:.*/)?")
        .replace(r"\*\*", ".*")
        .replace(r"\*", "[^/]*")
        .replace(r"\?", "[^/]")
    )
    end = "/" if pattern.endswith("/") else "(?:/|$)"
    return f"{'^' if anchored else '(?:^|/)'}{body}{end}" if body else "^"


def named_teams(definitions: Mapping[str, Sequence[str]], authors: Sequence[str]) -> dict[int, str]:
    """Team by author as the user's file says; patterns such as `*@search.example.org` are matched against "name <address>"."""
    teams: dict[int, str] = {}
    for position, author in enumerate(authors):
        address = author.rpartition("<")[2].rstrip(">")
        for team, patterns in definitions.items():
            if any(
                fnmatchcase(address.lower(), p.lower()) or fnmatchcase(author.lower(), f"{p.lower()}*")
                for p in patterns
            ):
                teams[position] = team
                break
    return teams
