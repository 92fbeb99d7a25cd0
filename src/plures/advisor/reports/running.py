"""What a running application showed, in rows that all reports share."""

from collections.abc import Sequence

from plures.advisor.judging import Advice, Evidence, ObservedGain
from plures.advisor.watching import Load, Talk

LOADS = (
    "component",
    "process",
    "processors, mean",
    "peak",
    "peak to mean",
    "that of the rest",
    "busy for",
    "its share then",
    "others then",
)
TALKS = (
    "from",
    "to",
    "is",
    "calls a second",
    "calls a request",
    "bytes a request",
    "way of a call",
    "of the request at most",
    "requests",
    "traces",
)
_MOST = 40
_HINTS = 5
_HINT = 0.5
_SOURCE = "telemetry"


def loads(advice: Advice) -> list[tuple[str, ...]]:
    """What components take of the processor, those that take most first; in the order of `LOADS`."""
    if not advice.watched:
        return []
    slot_s = advice.watched.period.slot_s
    them = sorted(advice.watched.loads.items(), key=lambda it: (-it[1].peak_cores, it[0]))
    return [(name, *_load(load, slot_s)) for name, load in them[:_MOST]]


def shown(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings and rows without columns in which nothing stands."""
    kept = [at for at in range(len(headings)) if any(row[at] for row in rows)]
    return [headings[at] for at in kept], [tuple(row[at] for at in kept) for row in rows]


def _load(load: Load, slot_s: int) -> Sequence[str]:
    measured = "" if load.is_measured else " (with waiting)"
    return (
        load.process,
        f"{load.cores:.2f}{measured}",
        f"{load.peak_cores:.2f}",
        f"{load.ratio:.1f}",
        f"{load.rest_ratio:.1f}" if load.rest_ratio else "",
        f"{load.busy_slots * slot_s} s" if load.busy_slots else "",
        f"{load.busy_share:.0%}" if load.busy_slots else "",
        f"{load.slower:.1f} times as slow" if load.slower is not None else "",
    )


def talks(advice: Advice) -> list[tuple[str, ...]]:
    """What requests ask of whom, most calls first; in the order of `TALKS`."""
    if not advice.watched:
        return []
    them = sorted(advice.watched.talks, key=lambda it: (-it.calls, it.caller, it.callee))
    return [_talk(talk) for talk in them[:_MOST]]


def _talk(talk: Talk) -> tuple[str, ...]:
    return (
        talk.caller,
        talk.callee,
        "remote" if talk.is_remote else "local",
        f"{talk.calls / talk.seconds:.1f}" if talk.seconds else "",
        f"{talk.calls_per_request:.1f}",
        f"{talk.bytes_per_request:.0f}" if talk.bytes_per_request else "",
        f"{talk.way_us / 1_000:.2f} ms" if talk.is_remote else "",
        f"{talk.way_share:.0%}" if talk.is_remote else "",
        f"{talk.requests}",
        f"{talk.seen}",
    )


def hints(advice: Advice) -> list[Evidence]:
    """The strongest of what the running application shows for a change, and is not told with a verdict that asks for something."""
    told = {id(e) for finding in advice.asking for e in (*finding.evidence, *finding.counter_evidence)}
    seen = {
        (e.subject, e.statement): e
        for finding in advice.findings
        for e in (*finding.evidence, *finding.counter_evidence)
        if e.source == _SOURCE and e.supports != "leave alone" and id(e) not in told and e.strength >= _HINT
    }
    return sorted(seen.values(), key=lambda e: (-e.strength, e.subject))[:_HINTS]


def gain(observed: ObservedGain) -> str:
    """What a running application saves by a merge, in a sentence."""
    moved = f" and {observed.bytes_per_request:,} bytes" if observed.bytes_per_request else ""
    return (
        f"In one process, {observed.calls_per_s:,.1f} remote calls a second less; of a request, at most {observed.ms_per_request:,.2f} ms{moved}. "
        "Put both into one process of plures.toml: their code and their contract may stay as they are."
    )
