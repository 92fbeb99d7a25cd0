"""The words of advice: evidence, verdicts, findings, plans. Values only; every report is a view of these."""

from dataclasses import dataclass, field
from enum import StrEnum

from plures.advisor.model import Link


class Verdict(StrEnum):
    """What to do."""

    SPLIT_OUT = "split out"
    MERGE = "merge"
    CUT_FIRST = "cut this dependency first"
    LEAVE_ALONE = "leave alone"


class Pressure(StrEnum):
    """The three legitimate reasons to split."""

    TEAM = "team"
    SCALE = "scale"
    RELIABILITY = "reliability"


@dataclass(frozen=True)
class Evidence:
    """One observation about a component or a pair of components. Sources make it; verdicts only weigh it.

    Attributes:
        source: Who observed it: "imports", "history", "teams", "tables"; later "telemetry", "simulation".
        subject: Names of one component or of two.
        statement: The observation with its numbers, one sentence.
        figure: The number itself.
        unit: What the number counts.
        supports: The verdict it speaks for.
        strength: The figure as a multiple of what would convince; 1 and more does.
        required: The verdict cannot be given without this being at least 1.
        pressure: The reason to split that it shows, if it shows one.
        links: Where to check it.
        about: Which one of a pair the figure concerns; empty when it concerns both.
    """

    source: str
    subject: tuple[str, ...]
    statement: str
    figure: float
    unit: str
    supports: Verdict
    strength: float
    required: bool = False
    pressure: Pressure | None = None
    links: tuple[Link, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class CutStep:
    """One thing to cut before a component can leave, in the order of the list.

    Attributes:
        kind: "import", "table", "transaction" or "global".
    """

    kind: str
    what: str
    how: str
    sites: int
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Operation:
    """An operation that a contract would need since callers use it.

    Attributes:
        name: Function, class or attribute that callers take.
        calls: Places where it is called or used.
        callers: Components that do.
        kind: "call" for an operation, "value" for what would become a message.
    """

    name: str
    calls: int
    callers: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Cost:
    """What a split would cost.

    Attributes:
        calls_in: Places in other components that would become remote calls.
        calls_out: Places in the component that would call back.
        tables_moved: Tables that only it writes and that go along.
        tables_shared: Tables that others touch too and that must get one owner.
    """

    calls_in: int
    calls_out: int
    tables_moved: tuple[str, ...]
    tables_shared: tuple[str, ...]


@dataclass(frozen=True)
class SplitPlan:
    """How to take a component out."""

    component: str
    cuts: tuple[CutStep, ...]
    contract: tuple[Operation, ...]
    cost: Cost


@dataclass(frozen=True)
class MergePlan:
    """What putting two components together saves."""

    calls_saved: int
    tables_joined: tuple[str, ...]
    joint_commits: int


@dataclass(frozen=True)
class Finding:
    """A verdict on a component or a pair.

    Attributes:
        confidence: Chance that it holds, 0 to 1, as measured in the backtest.
        would_change: What would have to be observed for another verdict.
    """

    subject: tuple[str, ...]
    verdict: Verdict
    pressure: Pressure | None
    evidence: tuple[Evidence, ...]
    counter_evidence: tuple[Evidence, ...]
    confidence: float
    would_change: str
    split: SplitPlan | None = None
    merge: MergePlan | None = None


@dataclass(frozen=True)
class Advice:
    """All findings, the ones that ask for something first.

    Attributes:
        caveats: What this advice cannot know, in sentences.
    """

    format: int
    name: str
    commit: str
    findings: tuple[Finding, ...]
    caveats: tuple[str, ...] = field(default=())
