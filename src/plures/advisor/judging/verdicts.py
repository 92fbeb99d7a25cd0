"""Weighs evidence into findings; the default is to leave alone. Does not know where evidence comes from or how it was gathered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .figures import SOMETIMES_TOGETHER, SPLIT_WAS_RIGHT, STAYED_COUPLED, SUREST_OF_PAIRS, chance_of_leaving
from .judgement import Evidence, Finding, Pressure, Verdict

Subject = tuple[str, ...]

# Pairs with weaker evidence than this get no finding of their own: they are left alone.
WORTH_SAYING = 0.1
# A reader does not read more. The pairs with the strongest evidence come first.
MOST_CALM_PAIRS = 200
_WAITING = {Pressure.TEAM, Pressure.PEOPLE}
_RUNNING = "telemetry"
_BY_CONTRACT = "contracts"
_ORDER = (Verdict.SPLIT_OUT, Verdict.CUT_FIRST, Verdict.MERGE, Verdict.LEAVE_ALONE)


@dataclass(frozen=True)
class Case:
    """All evidence on one subject."""

    subject: Subject
    evidence: tuple[Evidence, ...]

    @property
    def strength(self) -> float:
        """Strength of the strongest evidence."""
        return max(e.strength for e in self.evidence)

    def supporting(self, verdict: Verdict) -> tuple[Evidence, ...]:
        """Evidence for a verdict, strongest first."""
        return tuple(sorted((e for e in self.evidence if e.supports is verdict), key=lambda e: -e.strength))

    def meets_requirements(self, verdict: Verdict) -> bool:
        """Whether there is evidence that the verdict requires, and all of it convinces."""
        required = [e for e in self.supporting(verdict) if e.required]
        return bool(required) and all(e.strength >= 1 for e in required)

    def agreeing(self, verdict: Verdict) -> set[str]:
        """Sources with convincing evidence for a verdict."""
        return {e.source for e in self.supporting(verdict) if e.strength >= 1}

    def pressures(self) -> tuple[Evidence, ...]:
        """Convincing reasons to split, strongest first."""
        return tuple(e for e in self.supporting(Verdict.SPLIT_OUT) if e.pressure is not None and e.strength >= 1)


def weigh(evidence: Iterable[Evidence], components: Sequence[str]) -> list[Finding]:
    """A finding on every component and on every pair that there is evidence on. Those that ask for something come first."""
    by_subject: defaultdict[Subject, list[Evidence]] = defaultdict(list)
    for item in evidence:
        by_subject[item.subject].append(item)
    cases = {subject: Case(subject, tuple(items)) for subject, items in by_subject.items()}
    findings = [_on_component(cases.get((name,), Case((name,), ()))) for name in components]
    pressed = {
        finding.subject[0]: cases[finding.subject].pressures() for finding in findings if _is_held_back(cases, finding)
    }
    pairs = [case for subject, case in cases.items() if len(subject) > 1 and case.strength >= WORTH_SAYING]
    on_pairs = [_on_pair(case, pressed) for case in sorted(pairs, key=lambda case: -case.strength)]
    findings += [finding for finding in on_pairs if finding.verdict is not Verdict.LEAVE_ALONE]
    findings += [finding for finding in on_pairs if finding.verdict is Verdict.LEAVE_ALONE][:MOST_CALM_PAIRS]
    return sorted(findings, key=lambda f: (_ORDER.index(f.verdict), len(f.subject), -(f.confidence or 0.0), f.subject))


def _is_held_back(cases: Mapping[Subject, Case], finding: Finding) -> bool:
    case = cases.get(finding.subject)
    return case is not None and bool(case.pressures()) and finding.verdict is not Verdict.SPLIT_OUT


def _on_component(case: Case) -> Finding:
    pressures = case.pressures()
    independence = next((e.figure for e in case.evidence if e.source == "imports" and e.required), None)
    speaks_for, speaks_against = case.supporting(Verdict.SPLIT_OUT), case.supporting(Verdict.LEAVE_ALONE)
    if pressures and (case.meets_requirements(Verdict.SPLIT_OUT) or _can_run_apart(case, pressures)):
        return Finding(
            subject=case.subject,
            verdict=Verdict.SPLIT_OUT,
            pressure=pressures[0].pressure,
            evidence=speaks_for,
            counter_evidence=speaks_against,
            confidence=_measured(pressures),
            would_change=f"It should be left alone if {_falls(pressures[0])}.",
        )
    return Finding(
        subject=case.subject,
        verdict=Verdict.LEAVE_ALONE,
        pressure=None,
        evidence=(*speaks_against, *(e for e in speaks_for if e.strength < 1)),
        counter_evidence=tuple(e for e in speaks_for if e.strength >= 1),
        confidence=None if independence is None else 1 - chance_of_leaving(independence),
        would_change=_what_would_split(case, pressures),
    )


def _can_run_apart(case: Case, pressures: Sequence[Evidence]) -> bool:
    """Whether a running application shows the pressure, for which a process is enough, and the code says that it can have one."""
    tables = [e for e in case.evidence if e.source == "tables" and e.required]
    return pressures[0].source == _RUNNING and _BY_CONTRACT in case.agreeing(Verdict.SPLIT_OUT) and not tables


def _measured(pressures: Sequence[Evidence]) -> float | None:
    """How often it held that one should leave where teams wait. Of load and failures, nothing was measured."""
    return SPLIT_WAS_RIGHT if any(e.pressure in _WAITING for e in pressures) else None


def _falls(pressure: Evidence) -> str:
    if pressure.source == _RUNNING:
        return f"the running application showed it no more (the {pressure.unit} is {pressure.figure:.0%} now)"
    return f"the {pressure.unit} fell from {pressure.figure:.0%} below {pressure.figure / pressure.strength:.0%}"


def _what_would_split(case: Case, pressures: Sequence[Evidence]) -> str:
    if pressures and any(e.source == "tables" and e.required for e in case.evidence):
        return "There is pressure to split it, but its tables lie in the application's own database: let it own them first."
    if pressures:
        return "There is pressure to split it, but it depends on too many other components: cut what binds it first (--plan lists it)."
    weak = next((e for e in case.supporting(Verdict.SPLIT_OUT) if e.pressure in _WAITING), None)
    if weak is not None and weak.strength > 0:
        return f"A split would be worth looking at if its {weak.unit}, now {weak.figure:.0%}, were {1 / weak.strength:.1f} times as high."
    return "A split would be worth looking at if two teams began to wait for each other here, or if the running system showed a load or failures of its own."


def _apart(speaks_for: Sequence[Evidence]) -> float | None:
    """How sure it is that a pair stays as it is. Without a history of both, nothing is known of it."""
    required = [min(1.0, e.strength) for e in speaks_for if e.required]
    return min(SUREST_OF_PAIRS, 1 - STAYED_COUPLED * min(required)) if required else None


def _belong_together(case: Case) -> bool:
    """Whether a running application shows that two should share a process, another source says that they belong together, and nothing that runs is against it."""
    sources = case.agreeing(Verdict.MERGE)
    joint = max((e.strength for e in case.supporting(Verdict.MERGE) if e.source == "history"), default=0.0)
    # That the same people change both says nothing of two that hardly changed.
    others = sources - {_RUNNING} - ({"teams"} if joint < SOMETIMES_TOGETHER else set())
    return _RUNNING in sources and bool(others) and _RUNNING not in case.agreeing(Verdict.LEAVE_ALONE)


def _on_pair(case: Case, pressed: Mapping[str, Sequence[Evidence]]) -> Finding:
    speaks_for = case.supporting(Verdict.MERGE)
    held_back = [name for name in case.subject if name in pressed]
    if _belong_together(case) and not held_back:
        return Finding(
            subject=case.subject,
            verdict=Verdict.MERGE,
            pressure=None,
            evidence=speaks_for,
            counter_evidence=case.supporting(Verdict.LEAVE_ALONE),
            confidence=STAYED_COUPLED if case.meets_requirements(Verdict.MERGE) else None,
            would_change="They should stay in processes of their own if requests came to ask less of one for the other, or if one began to take "
            "the processor from the other.",
        )
    if case.meets_requirements(Verdict.MERGE):
        return Finding(
            subject=case.subject,
            verdict=Verdict.MERGE,
            pressure=None,
            evidence=speaks_for,
            counter_evidence=case.supporting(Verdict.LEAVE_ALONE),
            confidence=STAYED_COUPLED,
            would_change="They should stay apart if different people came to change them, or if they began to change separately.",
        )
    bonds = case.supporting(Verdict.CUT_FIRST)
    cutting = tuple(e for e in bonds if e.strength >= 1 and (not e.about or e.about in held_back))
    if held_back and cutting:
        reasons = [reason for name in held_back for reason in pressed[name]]
        return Finding(
            subject=case.subject,
            verdict=Verdict.CUT_FIRST,
            pressure=reasons[0].pressure,
            evidence=(*reasons, *cutting),
            counter_evidence=case.supporting(Verdict.LEAVE_ALONE),
            # It rests on the same pressure as a split.
            confidence=_measured(reasons),
            would_change=f"It need not be cut if there were no pressure to take {' or '.join(held_back)} out.",
        )
    return Finding(
        subject=case.subject,
        verdict=Verdict.LEAVE_ALONE,
        pressure=None,
        evidence=case.supporting(Verdict.LEAVE_ALONE),
        counter_evidence=(*speaks_for, *bonds),
        confidence=_apart(speaks_for),
        would_change="They would be worth merging if the same people changed both and half of their commits touched both.",
    )
