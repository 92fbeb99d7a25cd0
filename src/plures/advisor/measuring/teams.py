"""Which teams there are: those that the user named, or those that history shows. Reads no code and no owner files."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from .changes import Change, is_recent

# Overlap of the files that two authors change, above which they count as one team.
SAME_FILES = 0.25
# An author whose main component has less than this share of their work belongs to no team.
FOCUS_SHARE = 0.3
# An author who made fewer changes to files than this in a component does not shape a team there.
ACTIVE_CHANGES = 5
_AROUND = "around "
_NUMBER = re.compile(r" \(\d+\)$")


def infer_teams(found: Sequence[Change], now: int) -> dict[int, str]:
    """Team by author. People who mainly work in one component, and within it mainly on the same files, are a team.

    Only the last 24 months count. An author who works everywhere belongs to no team.
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
            name = f"{_AROUND}{home}" if len(groups) == 1 else f"{_AROUND}{home} ({number})"
            teams.update(dict.fromkeys(group, name))
    return teams


def home_of(team: str) -> str:
    """The component that a team of `infer_teams` is named after."""
    return _NUMBER.sub("", team.removeprefix(_AROUND))


def _files_of(found: Sequence[Change], component: str, authors: set[int], now: int) -> dict[int, Counter[int]]:
    files: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for change in found:
        if change.author in authors and component in change.components and is_recent(change.when, now):
            files[change.author].update(change.files)
    return files


def _groups(authors: Sequence[int], files: Mapping[int, Counter[int]]) -> list[list[int]]:
    """Authors grouped by overlap of their files. All who are in no group of two or more join the largest one."""
    changed = {author: sum(files[author].values()) for author in authors}
    groups: list[list[int]] = []
    for author in sorted((a for a in authors if changed[a] >= ACTIVE_CHANGES), key=lambda a: -changed[a]):
        alike = (g for g in groups if any(_overlap(files[author], files[other]) > SAME_FILES for other in g))
        if (group := next(alike, None)) is not None:
            group.append(author)
        else:
            groups.append([author])
    teams = [group for group in groups if len(group) > 1]
    if len(teams) <= 1:
        return [list(authors)]
    placed = {author for team in teams for author in team}
    max(teams, key=len).extend(author for author in authors if author not in placed)
    return teams


def _overlap(left: Counter[int], right: Counter[int]) -> float:
    mine, other = left.total(), right.total()
    return sum((min(left[f] / mine, right[f] / other) for f in left.keys() & right.keys()), 0.0)


def named_teams(definitions: Mapping[str, Sequence[str]], authors: Sequence[str]) -> dict[int, str]:
    """Team by author, as the user's file says. A pattern such as `*@search.example.org` matches an address, or the start of "name <address>"."""
    teams: dict[int, str] = {}
    for position, author in enumerate(authors):
        team = next((team for team, patterns in definitions.items() if _matches(author.lower(), patterns)), None)
        if team is not None:
            teams[position] = team
    return teams


def _matches(author: str, patterns: Sequence[str]) -> bool:
    address = author.rpartition("<")[2].rstrip(">")
    return any(fnmatchcase(address, p.lower()) or fnmatchcase(author, f"{p.lower()}*") for p in patterns)
