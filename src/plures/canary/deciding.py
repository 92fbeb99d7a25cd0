"""The decision: whether a new version goes on, is watched longer, or is halted, from what both versions did at the same time."""

from collections.abc import Iterator, Sequence
from math import pi
from typing import Final

import msgspec
from msgspec.structs import replace

from .chances import chance, heaped, longer, quantile, together
from .values import Decision, Figures, Limits, Memory, Sample, Verdict

_GROWS: Final = 1.5
"""The versions are compared each time when there are so many times as many calls: looking at every call would find something in the end."""

_ALL_LOOKS: Final = pi**2 / 6
_PARTS: Final = (0.5, 0.9, 0.99)
_SHARE_OF_FAULTS: Final = 0.5
_SILENT: Final = 3
"""A replica may be missed twice: what asks it can fail as well."""

_DOUBT: Final = 0.1
_LONGEST: Final = 4
"""What looks worse and may be chance is watched until there are so many times enough calls."""


class _Finding(msgspec.Struct, frozen=True):
    """Something in which the new version is worse than is tolerated.

    Attributes:
        allowed: The chance at which it counts.
    """

    what: str
    chance: float
    allowed: float


def decide(limits: Limits, memory: Memory, sample: Sample) -> Decision:
    """What to do with a new version.

    Halted is what is worse by more than is tolerated, and so much that it is no chance: by Fisher's exact test on faults, and on calls
    that took longer than half, nine of ten and ninety-nine of a hundred of all calls did. All looks together halt a version which is like
    the old one with a chance of `false_halts` at most, as long as calls fail by themselves. Where old replicas differ more than chance lets
    them, they fail in heaps, and a heap counts once; and the new version must be worse than the worst of the old replicas. Too few calls say nothing, and are no reason to halt or to go on.
    """
    silent = memory.silent + 1 if sample.silent else 0
    memory = replace(memory, silent=silent)
    if silent >= _SILENT:
        return Decision(
            Verdict.HALT,
            f"{_replicas(sample.silent)} of the new version did not answer {silent} times in a row",
            memory,
        )
    if not _is_sound(sample, memory):
        return Decision(Verdict.WAIT, "figures are missing, or went backwards", memory)
    new, old = _sum(sample.new), _sum(sample.old)
    if min(new.calls, old.calls) < limits.least:
        who, many = ("new", new.calls) if new.calls <= old.calls else ("old", old.calls)
        return Decision(
            Verdict.WAIT, f"the {who} version has answered {many} calls: less than {limits.least} say nothing", memory
        )
    is_due = not memory.looks or new.calls >= memory.calls * _GROWS
    looks = memory.looks + is_due
    findings = [*_worse(limits, sample, limits.false_halts / _ALL_LOOKS / looks**2)]
    if is_due:
        memory = replace(memory, looks=looks, calls=new.calls)
        certain = [each for each in findings if each.chance <= each.allowed]
        if certain:
            return Decision(Verdict.HALT, "; ".join(map(_told, certain)), memory)
    return _going_on(limits, memory, sample, findings)


def _going_on(limits: Limits, memory: Memory, sample: Sample, findings: Sequence[_Finding]) -> Decision:
    new, old = _sum(sample.new), _sum(sample.old)
    if min(new.calls, old.calls) < limits.enough:
        return Decision(
            Verdict.WAIT, f"{new.calls} calls of {limits.enough} so far, {old.calls} at the old version", memory
        )
    if sample.for_s < limits.watch_s:
        return Decision(Verdict.WAIT, f"{sample.for_s:.0f} s of {limits.watch_s:g} s so far", memory)
    doubts = [each for each in findings if each.chance <= _DOUBT]
    if doubts and new.calls < limits.enough * _LONGEST:
        return Decision(Verdict.WAIT, "; ".join(f"{_told(each)}, which may be chance" for each in doubts), memory)
    faults = f"{new.faults} of {new.calls} calls failed, {old.faults} of {old.calls} at the old version"
    return Decision(Verdict.GO_ON, faults, memory)


def _is_sound(sample: Sample, memory: Memory) -> bool:
    several = (*sample.new, *sample.old)
    if any(
        each.calls < 0 or not 0 <= each.faults <= each.calls or any(many < 0 for many in each.took.values())
        for each in several
    ):
        return False
    return sum(each.calls for each in sample.new) >= memory.calls


def _worse(limits: Limits, sample: Sample, allowed: float) -> Iterator[_Finding]:
    new, old = _sum(sample.new), _sum(sample.old)
    # A replica with few calls may have failed in many of them by chance.
    usual = [each for each in sample.old if 2 * each.calls * len(sample.old) >= old.calls] or [old]
    rate, worst = new.faults / new.calls, max(_rate(each) for each in usual)
    if rate > worst + limits.worse:
        what = f"{rate:.1%} of {new.calls} calls failed, {_rate(old):.1%} of {old.calls} at the old version"
        yield _Finding(
            what,
            _chance(
                [(each.faults, each.calls) for each in sample.new], [(each.faults, each.calls) for each in sample.old]
            ),
            allowed * _SHARE_OF_FAULTS,
        )
    all_took = together([new.took, old.took])
    for part in _PARTS:
        here, there = quantile(new.took, part), max(quantile(each.took, part) for each in usual)
        if here <= there * limits.slower:
            continue
        what = f"{part:.0%} of calls took {_ms(here)} at most, {_ms(quantile(old.took, part))} at the old version"
        yield _Finding(what, _slow(sample, all_took, part), allowed * (1 - _SHARE_OF_FAULTS) / len(_PARTS))


def _slow(sample: Sample, all_took: dict[float, int], part: float) -> float:
    """The chance that so many of the slow calls are new ones. What is slow, all calls say together: so the test stays exact."""
    many, below, before = sum(all_took.values()), 0, 0.0
    cuts: list[float] = []
    for bound, here in all_took.items():
        below += here
        if below >= many * part:
            # Calls between two bounds cannot be told apart: the bound before divides them as well.
            cuts = [before, bound]
            break
        before = bound
    chances = [
        _chance(
            [(longer(each.took, cut), sum(each.took.values())) for each in sample.new],
            [(longer(each.took, cut), sum(each.took.values())) for each in sample.old],
        )
        for cut in cuts
    ]
    return min([1.0, *(len(cuts) * each for each in chances)])


def _chance(new: Sequence[tuple[int, int]], old: Sequence[tuple[int, int]]) -> float:
    """The chance of so many hits at the new replicas, given the hits and calls of each replica. Hits that come in heaps count once for each heap."""
    hits, calls = [each[0] for each in old], [each[1] for each in old]
    of_one = heaped(hits, calls)
    counts = (sum(each[0] for each in new), sum(each[1] for each in new), sum(hits), sum(calls))
    return chance(*(int(each / of_one) for each in counts))


def _sum(several: Sequence[Figures]) -> Figures:
    return Figures(
        sum(each.calls for each in several),
        sum(each.faults for each in several),
        together([each.took for each in several]),
    )


def _rate(figures: Figures) -> float:
    return figures.faults / figures.calls if figures.calls else 0.0


def _told(finding: _Finding) -> str:
    return f"{finding.what} (by chance: {finding.chance:.2g})"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def _replicas(many: int) -> str:
    return "1 replica" if many == 1 else f"{many} replicas"
