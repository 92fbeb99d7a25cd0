"""How often a version that is like the old one is halted, and how often one that is worse goes on: `python -m bench.canary`.

Replicas are drawn: calls that arrive by themselves, times on a logarithmic bell, faults. The decision is the one of `plures deploy canary`.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from random import Random
from statistics import median

import msgspec

from plures.canary import Figures, Limits, Memory, Sample, Verdict, decide

EVERY_S = 5.0
LONGEST_S = 900.0
BOUNDS = [2.0**power for power in range(-14, 7)]


class Case(msgspec.Struct, frozen=True):
    """A pair of versions, and how much they have to do.

    Attributes:
        halts: What should come of it: it is worse, so it is halted; it is like the old one, so it is not. None where that is not promised.
        per_s: Calls a second at each replica.
        new_faults: The part of calls that fails; the same of the old version.
        slower: So many times as long do calls of the new one take.
        uneven: Replicas of either version differ by so much in how long calls take.
        heaps: Once a minute, for five seconds, this part of all calls fails, at all replicas.
        own_heaps: The same at each replica for itself, in one of twelve such spans.
    """

    name: str
    halts: bool | None
    per_s: float = 5.0
    old_faults: float = 0.005
    new_faults: float = 0.005
    slower: float = 1.0
    uneven: float = 0.0
    heaps: float = 0.0
    own_heaps: float = 0.0
    old: int = 9
    new: int = 1


CASES = (
    Case("alike", False),
    Case("alike, no faults", False, old_faults=0, new_faults=0),
    Case("alike, one of twenty fails", False, old_faults=0.05, new_faults=0.05),
    Case("alike, one old replica", False, old=1),
    Case("alike, a call in five seconds", False, per_s=0.2),
    Case("alike, replicas differ by a tenth", False, uneven=0.1),
    Case("alike, heaps of faults everywhere", False, heaps=0.3),
    Case("alike, each replica has heaps of its own", False, own_heaps=0.3),
    Case("alike, heaps of its own, one old replica", None, own_heaps=0.3, old=1),
    Case("one more of a hundred fails", None, new_faults=0.015),
    Case("three more of a hundred fail", True, new_faults=0.035),
    Case("five more of a hundred fail", True, new_faults=0.055),
    Case("half of all fail", True, new_faults=0.5),
    Case("five more of a hundred, a call in five seconds", True, per_s=0.2, new_faults=0.055),
    Case("1.2 times as slow", False, slower=1.2),
    Case("1.5 times as slow", True, slower=1.5),
    Case("2 times as slow", True, slower=2.0),
    Case("2 times as slow, replicas differ by a tenth", True, slower=2.0, uneven=0.1),
)


class Came(msgspec.Struct, frozen=True):
    """What came of one run."""

    verdict: Verdict
    for_s: float
    calls: int


def run(case: Case, limits: Limits, random: Random) -> Came:
    """Watch one pair until something is decided."""
    pace = [1 + case.uneven * random.uniform(-1, 1) for _ in range(case.new + case.old)]
    figures = [Figures() for _ in pace]
    memory, at_s = Memory(), 0.0
    while at_s < LONGEST_S:
        at_s += EVERY_S
        heap = case.heaps if at_s % 60 == EVERY_S else 0.0
        for number, each in enumerate(pace):
            is_new = number < case.new
            own = case.own_heaps if case.own_heaps and random.random() < 1 / 12 else 0.0
            part = max(case.new_faults if is_new else case.old_faults, heap, own)
            took = each * (case.slower if is_new else 1.0)
            figures[number] = _more(figures[number], case.per_s * EVERY_S, part, took, random)
        decision = decide(limits, memory, Sample(at_s, tuple(figures[: case.new]), tuple(figures[case.new :])))
        memory = decision.memory
        if decision.verdict is not Verdict.WAIT:
            return Came(decision.verdict, at_s, memory.calls)
    return Came(Verdict.WAIT, at_s, sum(each.calls for each in figures[: case.new]))


def _more(figures: Figures, expected: float, part: float, times: float, random: Random) -> Figures:
    many = _poisson(expected, random)
    faults = sum(random.random() < part for _ in range(many))
    took = Counter(figures.took)
    for _ in range(many):
        seconds = times * 0.02 * random.lognormvariate(0, 0.6)
        took[next(bound for bound in BOUNDS if seconds <= bound)] += 1
    return Figures(figures.calls + many, figures.faults + faults, dict(sorted(took.items())))


def _poisson(expected: float, random: Random) -> int:
    many, at = -1, 0.0
    while at < expected:
        at += random.expovariate(1)
        many += 1
    return many


def rows(runs: int, limits: Limits, seed: int) -> Iterator[tuple[Case, list[Came]]]:
    """All cases, each with what came of its runs."""
    for case in CASES:
        yield case, [run(case, limits, Random(f"{seed} {case.name} {number}")) for number in range(runs)]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="of each case")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"{'':52} {'halted':>7} {'went on':>8} {'neither':>8} {'after':>7} {'calls':>6}")
    for case, came in rows(chosen.runs, Limits(), chosen.seed):
        part = Counter(each.verdict for each in came)
        shares = [part[each] / len(came) for each in (Verdict.HALT, Verdict.GO_ON, Verdict.WAIT)]
        told = " ".join(f"{share:>{width}.1%}" for share, width in zip(shares, (7, 8, 8), strict=True))
        after, calls = median(each.for_s for each in came), median(each.calls for each in came)
        print(f"{case.name:52} {told} {after:>5.0f} s {calls:>6.0f}", flush=True)


if __name__ == "__main__":
    main()
