"""The words of a map: components, edges, tables, teams. Holds values only; every report is a view of them."""

from dataclasses import dataclass

# Rises when the JSON of a map or of advice changes incompatibly.
FORMAT = 1


@dataclass(frozen=True)
class Reference:
    """Where the reader can check a statement: a file and line, or a commit.

    Attributes:
        text: What to show.
        url: Its page on the web; empty when the repository has no web address.
    """

    text: str
    url: str = ""


@dataclass(frozen=True)
class TeamShare:
    """A team's share of the commits to a component, 0 to 1."""

    team: str
    share: float


@dataclass(frozen=True)
class Waiting:
    """How often one team, or group of people, changed what another had changed within the two weeks before."""

    component: str
    waiting: str
    on: str
    times: int
    median_days: float
    links: tuple[Reference, ...]


@dataclass(frozen=True)
class Component:
    """One part of the codebase.

    Attributes:
        independence: How well it would stand alone, 0 to 1, from imports.
        cohesion: Share of its import pairs that stay inside it, 0 to 1.
        callers: Components that import it, and not for its events alone.
        callees: Components that it imports, and not for their events alone.
        commits: In the last 24 months; 0 when there is no history.
        commits_alone: How many of these touched no other component.
        quarters: Commits per quarter, oldest first.
        waiting_share: Share of all its commits that came right after a commit of another resident team.
        shared: By its name or place, most of the others use it.
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
    """What binds two components. `source` imports `target`; a pair without imports is in alphabetical order.

    Attributes:
        imports: Pairs of files.
        optional: The source can do without the target: it asks for its contract as `Optionally[…]` alone.
        typing_only: All of these imports are for type checkers alone.
        shared_tables: Tables that both touch.
        together: Commits of the last 24 months that touched both.
        together_share: Share of all their commits that touched both.
        share_of_least: The same as a share of the commits of the one that changes less.
        by_ticket: Tickets that touched both in separate commits.
        same_owners: Overlap of the people who change them, 0 to 1.
        trend: -1 to 1; above 0 they change together more often than the year before.
        forecast: How strongly they are expected to change together next year, for ranking.
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
    links: tuple[Reference, ...]
    optional: bool = False


@dataclass(frozen=True)
class EventEdge:
    """A component tells another of an event. The event is kept until it is delivered: what is asynchronous is drawn dashed.

    Attributes:
        handler: The method that gets it.
    """

    publisher: str
    subscriber: str
    event: str
    handler: str
    links: tuple[Reference, ...]


@dataclass(frozen=True)
class SagaEdge:
    """The steps of a saga ask another component.

    Attributes:
        source: The component that has the saga.
        steps: Operations that it asks for.
        undos: Operations with which it takes steps back.
    """

    source: str
    target: str
    saga: str
    steps: tuple[str, ...]
    undos: tuple[str, ...]
    links: tuple[Reference, ...]


@dataclass(frozen=True)
class TableView:
    """A database table."""

    name: str
    owner: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True)
class SharedDatabaseView:
    """A capability that keeps its tables in the application's own database, as it declares: until it owns them, it cannot run apart."""

    component: str
    tables: tuple[str, ...]
    links: tuple[Reference, ...]


@dataclass(frozen=True)
class HotSpot:
    """A file that is large and changes often: work and risk gather there.

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
    """A file that could not be read fully, with the reason."""

    path: str
    reason: str


@dataclass(frozen=True)
class CodeMap:
    """A codebase as the advisor sees it.

    Attributes:
        commit: Id of the commit that was read; empty without git.
        head: The same as a reference; None without git.
        date: Day of that commit; empty without git.
        commits: Number of commits read, merges left out.
        notes: Sentences that say what limits the picture.
        quarters: Names of the quarters, oldest first.
        events: Who tells whom of what; an import that serves nothing else is no edge.
    """

    format: int
    name: str
    commit: str
    head: Reference | None
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
    events: tuple[EventEdge, ...] = ()
    sagas: tuple[SagaEdge, ...] = ()
    shared_databases: tuple[SharedDatabaseView, ...] = ()

    @property
    def largest(self) -> list[Component]:
        """Components, those with most lines first."""
        return sorted(self.components, key=lambda component: -component.lines)

    @property
    def imports(self) -> list[Edge]:
        """Edges with imports, the strongest first."""
        return sorted((edge for edge in self.edges if edge.imports), key=lambda edge: -edge.imports)

    @property
    def together(self) -> list[Edge]:
        """One edge for each pair that changes together; those expected to do so most come first."""
        pairs = {(min(e.source, e.target), max(e.source, e.target)): e for e in self.edges if e.together}
        return sorted(pairs.values(), key=lambda edge: -edge.forecast)
