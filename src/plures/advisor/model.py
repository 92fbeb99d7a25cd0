"""The words of a map: components, edges, tables, teams. Values only; every report is a view of these."""

from dataclasses import dataclass

FORMAT = 1  # Rises when the JSON of a map or of advice changes incompatibly.


@dataclass(frozen=True)
class Link:
    """Where to look: a file and line, or a commit.

    Attributes:
        text: What to show.
        url: Where it leads; empty when the repository has no web address.
    """

    text: str
    url: str = ""


@dataclass(frozen=True)
class TeamShare:
    """A team's part of the commits to a component, 0 to 1."""

    team: str
    share: float


@dataclass(frozen=True)
class Waiting:
    """How often one team changed what another had changed within the last two weeks."""

    component: str
    waiting: str
    on: str
    times: int
    median_days: float
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Component:
    """One part of the codebase.

    Attributes:
        independence: How well it would stand alone, 0 to 1, from imports.
        cohesion: Share of its import pairs that stay inside it, 0 to 1.
        callers: Components that import it.
        callees: Components that it imports.
        commits: In the last 24 months; 0 when there is no history.
        commits_alone: Of these, the ones that touched nothing else.
        quarters: Commits per quarter, oldest first.
        waiting_share: Share of its commits that came right after another resident team's.
        shared: Used by everybody by its nature.
    """

    name: str
    files: int
    lines: int
    independence: float
    cohesion: float
    callers: tuple[str, ...]
    callees: tuple[str, ...]
    shared: bool
    commits: int
    commits_alone: int
    quarters: tuple[int, ...]
    authors: int
    main_authors: tuple[str, ...]
    teams: tuple[TeamShare, ...]
    owners: tuple[str, ...]
    waiting_share: float


@dataclass(frozen=True)
class Edge:
    """What binds two components. `source` imports `target`; a pair without imports stands in alphabetical order.

    Attributes:
        imports: Pairs of files.
        typing_only: All of these are for type checkers alone.
        shared_tables: Tables that both touch.
        together: Commits of the last 24 months that touched both.
        together_share: Share of all their commits that touched both.
        share_of_least: The same as a share of the less-changed one's commits.
        by_ticket: Tickets that touched both in separate commits.
        same_owners: How far the same people change both, 0 to 1.
        trend: -1 to 1; above 0 they change together more than a year before.
        forecast: Strength of changing together expected for the next year, for ranking.
    """

    source: str
    target: str
    imports: int
    typing_only: bool
    in_cycle: bool
    shared_tables: tuple[str, ...]
    together: int
    together_share: float
    share_of_least: float
    by_ticket: int
    same_owners: float
    trend: float
    forecast: float
    quarters: tuple[int, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class TableView:
    """A database table."""

    name: str
    owner: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True)
class HotSpot:
    """A file that changes often and is large: where work and risk gather.

    Attributes:
        score: Commits times lines, relative to the hottest, 0 to 1.
    """

    path: str
    component: str
    commits: int
    lines: int
    authors: int
    score: float


@dataclass(frozen=True)
class Problem:
    """A file that could not be read fully, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class CodeMap:
    """A codebase as the advisor sees it.

    Attributes:
        commit: Id of what was read; empty without git.
        date: Day of that commit; empty without git.
        commits: Commits read, merges aside.
        notes: What limits the picture, in sentences.
        quarters: Names of the quarters, oldest first.
    """

    format: int
    name: str
    commit: str
    date: str
    files: int
    lines: int
    commits: int
    people: int
    notes: tuple[str, ...]
    components: tuple[Component, ...]
    edges: tuple[Edge, ...]
    tables: tuple[TableView, ...]
    waits: tuple[Waiting, ...]
    hot_spots: tuple[HotSpot, ...]
    cycles: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...]
    quarters: tuple[str, ...]
