"""Scale: whether a component takes the processor from those beside it, at times of its own."""

from collections.abc import Iterator
from typing import Final

from plures.advisor.judging import figures as at
from plures.advisor.judging.judgement import Evidence, Pressure, Verdict
from plures.advisor.watching import BUSY_CORES, Load, Watched

from .telling import SOURCE, enough, lasting, long

_S: Final = 1_000_000


def from_loads(watched: Watched) -> Iterator[Evidence]:
    """What each component takes of the processor, beside what shares its process."""
    for name, load in watched.loads.items():
        if name in watched.own:
            yield _apart(name, load)
        elif load.busy_slots and load.busy_share > 0:
            yield _busy(watched, name, load)
        else:
            yield _calm(watched, name, load)


def _apart(name: str, load: Load) -> Evidence:
    return Evidence(
        source=SOURCE,
        subject=(name,),
        statement=f"It has a process of its own already, which takes {_cores(load)}.",
        figure=load.peak_cores,
        unit="processors at its peak",
        supports=Verdict.LEAVE_ALONE,
        strength=1.0,
    )


def _calm(watched: Watched, name: str, load: Load) -> Evidence:
    waits = "" if load.is_measured else ", counted as its own time in calls, with waiting in it"
    return Evidence(
        source=SOURCE,
        subject=(name,),
        statement=f"It takes {_cores(load)}{waits}, in {long(watched.period.measured_s)} in which its process was never busy: "
        f"it had less than {BUSY_CORES:.0%} of one to do in each slot of {watched.period.slot_s} s, and its event loop was on time.",
        figure=load.peak_cores,
        unit="processors at its peak",
        supports=Verdict.LEAVE_ALONE,
        strength=enough(watched.period.measured_s, at.ENOUGH_S),
    )


def _busy(watched: Watched, name: str, load: Load) -> Evidence:
    hint = (
        " That is its own time in calls, with waiting in it, since the processor time of components was not measured."
        if not load.is_measured
        else ""
    )
    return Evidence(
        source=SOURCE,
        subject=(name,),
        statement=f"It takes {_cores(load)}{_against_rest(load)}, and {load.busy_share:.0%} of what its process takes while that is busy: "
        f"{long(load.busy_slots * watched.period.slot_s)} of {long(watched.period.measured_s)}. {_harm(load)}{hint}",
        figure=load.busy_share,
        unit="share of the processor time of its process while that is busy",
        supports=Verdict.SPLIT_OUT,
        strength=_strength(watched, load),
        pressure=Pressure.SCALE,
    )


def _strength(watched: Watched, load: Load) -> float:
    peakier = load.ratio / (at.PEAKIER * load.rest_ratio) if load.rest_ratio else 1.0
    strength = min(
        load.busy_share / at.BUSY_SHARE,
        load.busy_slots / at.BUSY_SLOTS,
        peakier,
        load.surge / at.PEAKIER if load.surge is not None else at.HINT,
        enough(watched.period.measured_s, at.ENOUGH_S),
        max(_slower(load), _late(load)),
    )
    return max(0.0, strength if load.is_measured else min(at.HINT, strength))


def _slower(load: Load) -> float:
    """How much calls of strangers suffer."""
    return min(load.slower / at.SLOWER, load.slower_us / at.SLOWER_US) if load.slower is not None else 0.0


def _late(load: Load) -> float:
    """How much all suffer that waits for the event loop, before it begins."""
    later = load.late_s / (at.LATER * load.late_else_s) if load.late_else_s else at.LATER
    return min(load.late_s / at.LATE_S, later)


def _cores(load: Load) -> str:
    return f"{load.cores:.2f} processors on average and {load.peak_cores:.2f} at its peak"


def _against_rest(load: Load) -> str:
    rest = f", against {load.rest_ratio:.1f} times for the rest of its process" if load.rest_ratio else ""
    return f" ({load.ratio:.1f} times as much{rest})"


def _harm(load: Load) -> str:
    late = f" The event loop was {lasting(load.late_s * _S)} late then, and {lasting(load.late_else_s * _S)} at other times."
    if load.slower is None:
        return f"Of those beside it that do not call it, too few calls are known at busy and at other times ({load.slower_calls:,}) to compare them.{late}"
    return (
        f"{load.slower_calls:,} calls of those beside it that do not call it took {load.slower:.1f} times as long then, "
        f"by {lasting(abs(load.slower_us))} {'more' if load.slower_us >= 0 else 'less'}.{late}"
    )
