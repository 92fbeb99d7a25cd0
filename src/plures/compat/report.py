"""What a check found, for each contract: changes, the version that they need, and what keeps it from passing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from plures.errors import did_you_mean

from .changes import Change, Side
from .diff import compare
from .locking import relock
from .model import Contract
from .rules import Severity
from .versions import Bump, bumped, is_less, needed

_LOCK: Final = "Run plures contract lock, and review the file with the code."


class Problem(msgspec.Struct, frozen=True):
    """Why a contract does not pass though no caller fails, and what to do about it."""

    what: str
    fix: str


class Unkept(msgspec.Struct, frozen=True):
    """What tests of a consumer expect and the contract cannot keep any more, whatever the rules say of the change.

    Attributes:
        whose: The consumer, and a test of it.
        operation: As the wire calls it.
        why: Why no service that keeps the contract can answer so.
    """

    whose: str
    operation: str
    why: str

    @property
    def what(self) -> str:
        """All of it, in a sentence without a full stop."""
        return f"{self.whose} expects an answer of {self.operation} that the contract does not allow: {self.why}"


UNKEPT_FIX: Final = "Keep what it expects; or change its test and code first, and record again: pytest --plures-record."


class ContractReport(msgspec.Struct, frozen=True):
    """One contract.

    Attributes:
        name: With its major version.
        owner: The team that answers for it.
        changes: The worst ones first.
        needs: The version that the changes need; the name of the next major one where callers fail. Empty without changes.
        problems: Why it does not pass, besides changes.
        unkept: What tests of consumers recorded and the contract does not allow.
    """

    name: str
    owner: str
    changes: tuple[Change, ...]
    needs: str
    problems: tuple[Problem, ...] = ()
    unkept: tuple[Unkept, ...] = ()

    @property
    def errors(self) -> int:
        """How many changes make callers fail."""
        return sum(change.severity is Severity.ERROR for change in self.changes)

    @property
    def warnings(self) -> int:
        """How many changes may surprise callers."""
        return sum(change.severity is Severity.WARNING for change in self.changes)


class Report(msgspec.Struct, frozen=True):
    """All contracts that changed, or that are not locked as they are.

    Attributes:
        base: What they were compared with, in words.
        checked: How many contracts were.
        kind: What they are, where they are no contracts of ours.
    """

    base: str
    checked: int
    contracts: tuple[ContractReport, ...]
    kind: str = "contract"

    @property
    def passes(self) -> bool:
        """Whether no caller fails, and all is locked."""
        return not any(each.errors or each.problems or each.unkept for each in self.contracts)


class Recorded(Protocol):
    """What tests of consumers expect of contracts."""

    def unkept(self, contract: str) -> tuple[Unkept, ...]:
        """What the contract as it is now does not allow of it."""
        ...

    def touched(self, change: Change) -> tuple[str, ...]:
        """Whose expectations have to do with a change: consumers, each with a test."""
        ...


CallersOf = Callable[[str], tuple[str, ...]]


def check(
    current: Mapping[str, Contract],
    locked: Mapping[str, Contract],
    *,
    base: Mapping[str, Contract] | None = None,
    named: str,
    callers_of: CallersOf,
    today: date,
    teams: Collection[str] = (),
    recorded: Recorded | None = None,
) -> Report:
    """Compare contracts with what was promised.

    Args:
        current: As they are in the code, without numbers.
        locked: As their lock files beside the code say.
        base: What to compare with; None for the lock files.
        named: What that is, in words.
        callers_of: Who calls the contract of a name.
        teams: Those that may own contracts; none where no list says so.
        recorded: What tests of consumers expect.
    """
    relocked = {name: relock(each, locked.get(name)) for name, each in current.items()}
    before = locked if base is None else base
    changes = compare(before, {name: each.contract for name, each in relocked.items()}, today=today)
    reports: list[ContractReport] = []
    for name in dict.fromkeys([*before, *relocked]):
        own = [_hitting(each, callers_of(name), recorded) for each in changes if each.contract == name]
        bump = needed(own)
        old = before.get(name)
        problems: list[Problem] = []
        if name in relocked:
            contract = relocked[name].contract
            wanted = bumped(old.version if old else "", bump, major=contract.major)
            if name not in locked:
                problems.append(Problem("it is not locked", _LOCK))
            elif relocked[name].bump is not Bump.NONE:
                problems.append(Problem("its lock file does not say what the code says", _LOCK))
            elif base is not None and bump is not Bump.MAJOR and is_less(locked[name].version, wanted):
                what = f"its lock file has version {locked[name].version}, and the changes need {wanted}"
                problems.append(Problem(what, f'Write version = "{wanted}" into its lock file.'))
            if teams and contract.owner not in teams:
                hint = did_you_mean(contract.owner, teams) or f"The teams are {', '.join(sorted(teams))}."
                problems.append(Problem(f"its owner {contract.owner!r} is no team of the list", hint))
        unkept = recorded.unkept(name) if recorded is not None else ()
        if own or problems or unkept:
            owner = (relocked[name].contract if name in relocked else before[name]).owner
            reports.append(ContractReport(name, owner, in_order(own), _needs(old, bump), tuple(problems), unkept))
    return Report(named, len(relocked), tuple(reports))


def _hitting(change: Change, callers: tuple[str, ...], recorded: Recorded | None) -> Change:
    hit = change.hitting(callers)
    return hit if recorded is None or hit.severity is Severity.OK else replace(hit, expected_by=recorded.touched(hit))


def _needs(old: Contract | None, bump: Bump) -> str:
    if old is None or bump is Bump.NONE:
        return ""
    return f"{old.family}.v{old.major + 1}" if bump is Bump.MAJOR else bumped(old.version, bump, major=old.major)


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The worst first; of what is fine on one side and bad on the other, the bad alone."""
    listed = list(changes)
    bad = {(each.rule.code, each.where) for each in listed if each.severity > Severity.OK}
    shown = [each for each in listed if each.severity > Severity.OK or (each.rule.code, each.where) not in bad]
    once: dict[tuple[object, ...], Change] = {}
    for each in shown:
        key = (
            each.rule.code,
            each.where,
            tuple(each.values.items()),
            each.severity,
            each.side if each.severity else Side.BOTH,
        )
        once.setdefault(key, each)
    return tuple(sorted(once.values(), key=lambda each: -each.severity))
