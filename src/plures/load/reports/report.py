"""The figures of a load, as programs read them. Times are milliseconds; a figure of nothing is null."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from plures.load.counting import Counts, JourneyCount, Latencies, StepCount
from plures.load.running import Ran

FORM: Final = 1


@dataclass(frozen=True)
class Times:
    """How long requests took that were answered as expected, from when they should have been sent, in ms."""

    p50: float | None
    p90: float | None
    p99: float | None
    p999: float | None
    max: float | None


@dataclass(frozen=True)
class StepReport:
    """One step of a journey, or all steps. What was sent was done, or has failed."""

    step: str
    sent: int
    done: int
    failed: Mapping[str, int]
    ms: Times


@dataclass(frozen=True)
class JourneyReport:
    """One journey: how many were due, and what became of them."""

    journey: str
    due: int
    begun: int
    ended: int
    not_sent: Mapping[str, int]
    failed: Mapping[str, int]
    steps: Sequence[StepReport]


@dataclass(frozen=True)
class Moment:
    """A piece of time, from `at_s` on: journeys a second that were asked for, that were due, and that began; requests a second."""

    at_s: float
    asked_per_s: float
    due_per_s: float
    begun_per_s: float
    done_per_s: float
    failed_per_s: float
    in_flight: int
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True)
class SlowReport:
    """One of the requests that took longest, and the trace to look it up by."""

    ms: float
    journey: str
    step: str
    trace: str


@dataclass(frozen=True)
class GeneratorReport:
    """How the generator itself did.

    Attributes:
        cpu_share: Processor time it took, in cores.
        late_ms: How much later than due it began journeys.
    """

    cpu_share: float
    late_ms: Times


@dataclass(frozen=True)
class Report:
    """All that is told of a load.

    Attributes:
        per_s: Journeys a second at the start, as asked for.
        sent_for_s: From the start until the last journey began, and as long as it was meant to be at least.
        intended: Journeys that were due until it ended.
        asked: Journeys that the rate makes on average in the whole of its time.
        mistakes: What is wrong with a journey itself.
    """

    profile: str
    target: str
    per_s: float
    ramp_times: float
    ramp_over_s: float
    seconds: float
    lasted_s: float
    sent_for_s: float
    interrupted: bool
    seed: int
    asked: float
    intended: int
    begun: int
    most_in_flight: int
    all: StepReport
    journeys: Sequence[JourneyReport]
    timeline: Sequence[Moment]
    slot_s: float
    slowest: Sequence[SlowReport]
    generator: GeneratorReport
    mistakes: Mapping[str, int]
    version: int = field(default=FORM)

    @property
    def not_sent(self) -> int:
        return self.intended - self.begun

    @property
    def failures(self) -> int:
        return sum(self.all.failed.values())


def to_json(report: Report) -> bytes:
    """The report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report))


def report_of(ran: Ran) -> Report:
    """What there is to tell of a load, also where nothing was sent."""
    load, counts = ran.load, ran.counts
    ramp = load.profile.ramp
    journeys = [_journey(name, each) for name, each in counts.journeys.items()]
    slowest = sorted(counts.slowest, reverse=True)
    return Report(
        profile=load.name,
        target=load.target.public or ", ".join(sorted(load.target.capabilities)),
        per_s=load.per_s,
        ramp_times=ramp.times if ramp else 1.0,
        ramp_over_s=ramp.over_s if ramp else 0.0,
        seconds=load.seconds,
        lasted_s=ran.driven.lasted_s,
        sent_for_s=max(min(ran.driven.lasted_s, load.seconds), counts.last_begun_s),
        interrupted=ran.driven.is_interrupted,
        seed=load.seed,
        asked=load.profile.intended(load.per_s, load.seconds),
        intended=sum(each.due for each in journeys),
        begun=sum(each.begun for each in journeys),
        most_in_flight=counts.most_in_flight,
        all=_all(counts),
        journeys=journeys,
        timeline=_timeline(ran),
        slot_s=counts.timeline.slot_s,
        slowest=[SlowReport(each.took_s * 1_000, each.journey, each.step, each.trace) for each in slowest],
        generator=GeneratorReport(ran.cpu_share, _times(counts.late)),
        mistakes=dict(ran.mistakes),
    )


def _times(latencies: Latencies) -> Times:
    shares = (latencies.quantile(share) for share in (0.5, 0.9, 0.99, 0.999, 1.0))
    return Times(*(None if each is None else round(each * 1_000, 3) for each in shares))


def _step(name: str, count: StepCount) -> StepReport:
    return StepReport(name, count.sent, count.done, _ordered(count.failed), _times(count.latencies))


def _journey(name: str, count: JourneyCount) -> JourneyReport:
    steps = [_step(step, each) for step, each in count.steps.items()]
    return JourneyReport(
        name, count.due, count.begun, count.ended, _ordered(count.unsent), _ordered(count.failed), steps
    )


def _all(counts: Counts) -> StepReport:
    total = StepCount()
    for step in counts.steps():
        total.sent += step.sent
        total.latencies.join(step.latencies)
        for reason, many in step.failed.items():
            total.failed[reason] = total.failed.get(reason, 0) + many
    return _step("all", total)


def _ordered(reasons: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))


def _timeline(ran: Ran) -> list[Moment]:
    timeline, lasted_s = ran.counts.timeline, ran.driven.lasted_s
    moments: list[Moment] = []
    for number, slot in enumerate(timeline.slots):
        at_s = number * timeline.slot_s
        # The last one is no whole slot.
        length = min(timeline.slot_s, max(lasted_s - at_s, 0.1))
        asked = ran.load.profile.rate_at(ran.load.per_s, at_s + length / 2) if at_s < ran.load.seconds else 0.0
        p50, p99 = slot.latencies.quantile(0.5), slot.latencies.quantile(0.99)
        moments.append(
            Moment(
                at_s,
                asked,
                slot.due / length,
                slot.begun / length,
                slot.done / length,
                slot.failed / length,
                slot.most_in_flight,
                None if p50 is None else p50 * 1_000,
                None if p99 is None else p99 * 1_000,
            )
        )
    return moments
