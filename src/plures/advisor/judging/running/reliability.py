"""Reliability: whether a component fails in a way from which others suffer, and which a border would keep from them.

An answer that fails fails its caller wherever it runs: a border does not mend that. So failures alone are a hint. They convince where those beside
a component that do not call it fail with it, or where the process dies.
"""

from collections.abc import Iterator

from plures.advisor.judging import figures as at
from plures.advisor.judging.judgement import Evidence, Pressure, Verdict
from plures.advisor.watching import Deaths, Failing, Watched

from .telling import SOURCE, enough


def from_failures(watched: Watched) -> Iterator[Evidence]:
    """Components that fail by themselves, and what happens beside them then."""
    for name, it in sorted(watched.failing.items()):
        if not it.calls or not it.faults:
            continue
        alone = name in watched.own
        yield Evidence(
            source=SOURCE,
            subject=(name,),
            statement=f"{it.faults:,} of its {it.calls:,} calls failed by themselves ({it.faults / it.calls:.1%}), in {it.slots} slots of "
            f"{watched.period.slot_s} s.{_callers(it)} {_beside(it, alone=alone)}",
            figure=it.faults / it.calls,
            unit="share of its calls that fail by themselves",
            supports=Verdict.LEAVE_ALONE if alone else Verdict.SPLIT_OUT,
            strength=_strength(it) if not alone else at.HINT * enough(it.faults, at.FAULTS),
            pressure=None if alone else Pressure.RELIABILITY,
        )


def _strength(it: Failing) -> float:
    often = min(it.faults / at.FAULTS, it.faults / it.calls / at.FAULT_SHARE, it.slots / at.FAULT_SLOTS)
    times = it.beside_then / it.beside_else if it.beside_else else at.TROUBLED if it.beside_then else 0.0
    troubled = min(times / at.TROUBLED, it.beside_then / at.TROUBLED_SHARE)
    return min(often, max(troubled, min(at.HINT, often * (it.failed_callers or 0.0))))


def _callers(it: Failing) -> str:
    return "" if it.failed_callers is None else f" In {it.failed_callers:.0%} of them its caller failed too."


def _beside(it: Failing, *, alone: bool) -> str:
    if alone:
        return "It has a process of its own already."
    told = f"Calls of those beside it that do not call it failed in {it.beside_then:.2%} then, and in {it.beside_else:.2%} at other times"
    return f"{told}. What fails its callers alone, a border does not mend: let them go without it, or mend it."


def from_deaths(watched: Watched) -> Iterator[Evidence]:
    """Processes that died and took others with them, and in whose calls."""
    for died in watched.deaths:
        for name in died.parts:
            alone, times = name in watched.own, died.in_flight.get(name, 0)
            if alone:
                yield _apart(name, died)
            elif times:
                yield _suspect(name, died, times)


def _apart(name: str, died: Deaths) -> Evidence:
    return Evidence(
        source=SOURCE,
        subject=(name,),
        statement=f"Its process {died.process} died {died.times} times and came back. It runs apart already: no other died with it.",
        figure=float(died.times),
        unit="deaths of its process",
        supports=Verdict.LEAVE_ALONE,
        strength=1.0,
    )


def _suspect(name: str, died: Deaths, times: int) -> Evidence:
    usually = died.usually.get(name, 1.0)
    by_chance = usually**died.times * len(died.parts) if times == died.times else 1.0
    others = len(died.parts) - 1
    return Evidence(
        source=SOURCE,
        subject=(name,),
        statement=f"The process {died.process} died {died.times} times and took {others} other components with it. Calls of this one were under way or lost "
        f"in {times} of these, and are under way or asked for in {usually:.0%} of all slots.",
        figure=times / died.times,
        unit="share of the deaths of its process at which its calls were under way",
        supports=Verdict.SPLIT_OUT,
        strength=min(died.times / at.DEATHS, 1.0 if by_chance <= at.BY_CHANCE else at.HINT * times / died.times),
        pressure=Pressure.RELIABILITY,
    )
