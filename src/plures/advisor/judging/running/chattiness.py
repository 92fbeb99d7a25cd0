"""Chattiness: what a request asks over an edge, and what of its time is the way there and back."""

from collections import defaultdict
from collections.abc import Iterator

from plures.advisor.judging import figures as at
from plures.advisor.judging.judgement import Evidence, ObservedGain, Verdict
from plures.advisor.watching import EDGE, Talk, Watched

from .telling import SOURCE, enough, lasting, size


def from_talks(watched: Watched) -> Iterator[Evidence]:
    """What would be remote if a component left, and what is remote and would gain if two were together."""
    yield from _would_be_remote(watched)
    for talk in watched.talks:
        if talk.is_remote and EDGE not in (talk.caller, talk.callee):
            yield _remote(talk)
            yield from _too_much_together(watched, talk)


def _would_be_remote(watched: Watched) -> Iterator[Evidence]:
    local: defaultdict[str, list[Talk]] = defaultdict(list)
    for talk in watched.talks:
        if not talk.is_remote:
            for name in {talk.caller, talk.callee} - {EDGE}:
                local[name].append(talk)
    for name, talks in sorted(local.items()):
        most = max(talks, key=lambda it: it.calls_per_request)
        calls = sum(it.calls for it in talks)
        seconds = max(it.seconds for it in talks)
        yield Evidence(
            source=SOURCE,
            subject=(name,),
            statement=f"Apart, {calls / seconds:,.1f} calls a second would be remote, over {len(talks)} edges; "
            f"most of one request are from {most.caller} to {most.callee}: {most.calls_per_request:.1f}, of {most.requests:,} requests ({most.seen:,} traces).",
            figure=most.calls_per_request,
            unit="calls of a request that would be remote, over one edge",
            supports=Verdict.LEAVE_ALONE,
            strength=most.calls_per_request / at.CHATTY_CALLS * enough(most.requests, at.ENOUGH_REQUESTS),
        )


def _remote(talk: Talk) -> Evidence:
    moved = f" and {size(talk.bytes_per_request)}" if talk.bytes_per_request else ""
    return Evidence(
        source=SOURCE,
        subject=(min(talk.caller, talk.callee), max(talk.caller, talk.callee)),
        statement=f"{talk.caller} asks {talk.callee} remotely {talk.calls_per_request:.1f} times{moved} for each of {talk.requests:,} requests "
        f"({talk.seen:,} traces), {talk.calls / talk.seconds:,.1f} times a second. The way takes {lasting(talk.way_us)} of each call: "
        f"at most {talk.way_share:.0%} of the {lasting(talk.request_us)} of such a request.",
        figure=talk.calls_per_request,
        unit="remote calls of a request",
        supports=Verdict.MERGE,
        strength=min(
            max(talk.calls_per_request / at.CHATTY_CALLS, talk.bytes_per_request / at.HEAVY_BYTES),
            talk.way_share / at.WAY_SHARE,
            enough(talk.requests, at.ENOUGH_REQUESTS),
        ),
    )


def _too_much_together(watched: Watched, talk: Talk) -> Iterator[Evidence]:
    """Two that fill a processor each are apart for a reason."""
    loads = [watched.loads[name] for name in (talk.caller, talk.callee) if name in watched.loads]
    peak = sum(load.peak_cores for load in loads)
    if peak >= at.TOGETHER_CORES:
        yield Evidence(
            source=SOURCE,
            subject=(min(talk.caller, talk.callee), max(talk.caller, talk.callee)),
            statement=f"At their peaks the two take {peak:.2f} processors, and a process has one.",
            figure=peak,
            unit="processors at their peaks",
            supports=Verdict.LEAVE_ALONE,
            strength=peak / at.TOGETHER_CORES,
        )


def gain_of(watched: Watched, pair: tuple[str, ...]) -> ObservedGain | None:
    """What two components gain that come into one process; None where nothing remote was seen between them."""
    talks = [it for it in watched.talks if it.is_remote and {it.caller, it.callee} == set(pair)]
    if not talks:
        return None
    return ObservedGain(
        calls_per_s=round(sum(it.calls / it.seconds for it in talks), 2),
        ms_per_request=round(max(it.calls_per_request * it.way_us for it in talks) / 1_000, 3),
        bytes_per_request=round(max(it.bytes_per_request for it in talks)),
    )
