"""The words of advice: evidence, verdicts, findings, plans. Holds values only; every report is a view of them."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from msgspec import UNSET, UnsetType

from plures.advisor.model import Problem, Reference
from plures.advisor.watching import Watched


class Verdict(StrEnum):
    """What to do about a component or a pair of components."""

    SPLIT_OUT = "split out"
    MERGE = "merge"
    CUT_FIRST = "cut this dependency first"
    LEAVE_ALONE = "leave alone"


_ASKED = {Verdict.SPLIT_OUT: "split out", Verdict.CUT_FIRST: "cut first", Verdict.MERGE: "merge"}


class Pressure(StrEnum):
    """The reasons to split: three legitimate ones, and people who meet, where it is not known that they are two teams."""

    TEAM = "team"
    PEOPLE = "people"
    SCALE = "scale"
    RELIABILITY = "reliability"


@dataclass(frozen=True)
class Evidence:
    """One observation about a component or a pair of components. A source makes it; verdicts only weigh it.

    Attributes:
        source: Where it comes from: "imports", "history", "teams", "tables", "events", "sagas", "telemetry"; later "simulation".
        subject: Names of one component or of two.
        statement: The observation with its numbers, one sentence.
        figure: The number itself.
        unit: What the number counts.
        supports: The verdict it speaks for.
        strength: The figure as a multiple of what would convince; 1 or more convinces.
        required: The verdict is given only if the strength is at least 1.
        pressure: The reason to split that it shows, if it shows one.
        links: Where the reader can check it.
        about: The component of a pair that the figure concerns; empty when it concerns both.
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
    links: tuple[Reference, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class CutStep:
    """One dependency to cut before a component can leave, or one that may stay.

    Attributes:
        kind: "database", "import", "table", "transaction" or "global"; of what may stay "event", "call" or "saga".
    """

    kind: str
    what: str
    how: str
    sites: int
    links: tuple[Reference, ...]


@dataclass(frozen=True)
class Operation:
    """An operation that a contract would need, because callers use it.

    Attributes:
        name: Function, class or attribute that callers use.
        calls: Number of places that call or use it.
        callers: Components that have such places.
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
        calls_out: Places in the component that would call other components remotely.
        tables_moved: Tables that no other component touches; they move along.
        tables_shared: Tables that others touch too; they must get one owner.
    """

    calls_in: int
    calls_out: int
    tables_moved: tuple[str, ...]
    tables_shared: tuple[str, ...]


@dataclass(frozen=True)
class SplitPlan:
    """How to take a component out.

    Attributes:
        cuts: What to cut, in this order.
        stays: What crosses the border and may go on as it is: events, calls by a contract of Plures, and steps of sagas.
    """

    component: str
    cuts: tuple[CutStep, ...]
    contract: tuple[Operation, ...]
    cost: Cost
    stays: tuple[CutStep, ...] = ()


@dataclass(frozen=True)
class ObservedGain:
    """What a running application saves where two components come into one process.

    Attributes:
        calls_per_s: Calls that are remote no more.
        ms_per_request: Milliseconds of a request that passes the edge, at most.
        bytes_per_request: That go over no wire any more; 0 where they were not counted.
    """

    calls_per_s: float
    ms_per_request: float
    bytes_per_request: int


@dataclass(frozen=True)
class MergePlan:
    """What it saves to put two components together.

    Attributes:
        observed: What a running application saves; unset where none was looked at, or where nothing remote was seen.
        saga_steps: Operations that one asks of the other in steps of sagas, and their undos: one transaction could do instead.
    """

    calls_saved: int
    tables_joined: tuple[str, ...]
    joint_commits: int
    saga_steps: int = 0
    observed: ObservedGain | UnsetType = UNSET


@dataclass(frozen=True)
class Finding:
    """A verdict on a component or a pair.

    Attributes:
        confidence: Chance that it holds, 0 to 1, as measured on repositories whose later history is known; None where nothing was
            measured that it could rest on.
        would_change: What would have to be observed for another verdict, in a sentence.
    """

    subject: tuple[str, ...]
    verdict: Verdict
    pressure: Pressure | None
    evidence: tuple[Evidence, ...]
    counter_evidence: tuple[Evidence, ...]
    confidence: float | None
    would_change: str
    split: SplitPlan | None = None
    merge: MergePlan | None = None

    @property
    def trust(self) -> str:
        """The confidence in words."""
        return "confidence not known" if self.confidence is None else f"confidence {self.confidence:.0%}"

    @property
    def headline(self) -> str:
        """The subject with the reason, as a title."""
        pair = " and " if self.verdict is Verdict.MERGE else " with "
        reason = f" (pressure: {self.pressure.value})" if self.pressure else ""
        return pair.join(self.subject) + reason


@dataclass(frozen=True)
class Advice:
    """All findings. The findings that ask for something come first.

    Attributes:
        caveats: Sentences that say what this advice cannot know.
        problems: Files that could not be read fully.
        watched: What the running application showed; unset where it was not asked for.
    """

    format: int
    name: str
    commit: str
    findings: tuple[Finding, ...]
    caveats: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    watched: Watched | UnsetType = UNSET

    @property
    def asking(self) -> tuple[Finding, ...]:
        """Findings that ask for something."""
        return tuple(finding for finding in self.findings if finding.verdict is not Verdict.LEAVE_ALONE)

    @property
    def calm(self) -> tuple[Finding, ...]:
        """Findings on single components that should be left alone."""
        return tuple(f for f in self.findings if f.verdict is Verdict.LEAVE_ALONE and len(f.subject) == 1)

    @property
    def summary(self) -> str:
        """The whole advice in one or two sentences."""
        counts, alone = Counter(finding.verdict for finding in self.findings), len(self.calm)
        asked = [f"{counts[verdict]} to {words}" for verdict, words in _ASKED.items() if counts[verdict]]
        if not asked:
            where = (
                "the code or its history"
                if self.watched is UNSET
                else "the code, its history or the running application"
            )
            return f"Leave it as it is. Nothing in {where} calls for a split or a merge; {alone} components were looked at."
        return f"{', '.join(asked)}; leave the other {alone} components alone."
