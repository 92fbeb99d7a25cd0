"""What the figures are worth: where the generator was the bound, and where a report says less than it seems to."""

from typing import Final

from .report import Report

_BUSY_CORES: Final = 0.85
_LATE_MS: Final = 10.0
_LATE_SHARE: Final = 0.1
_FEW: Final = 1_000


def verdicts(report: Report) -> list[str]:
    """Sentences that a reader of the figures must know, the gravest first."""
    found = [f"A journey itself is wrong, {many:,} times: {what}." for what, many in report.mistakes.items()]
    if not report.begun:
        found.append("Nothing was sent, so there is nothing to tell.")
        return found
    if not report.all.done:
        found.append("Not one request was answered as expected.")
    if report.interrupted:
        found.append(f"It was interrupted after {report.lasted_s:.1f} s; these are the figures until then.")
    found += _generator(report)
    if report.not_sent:
        share = report.not_sent / report.intended
        found.append(
            f"{report.not_sent:,} journeys ({share:.1%}) were not sent. They are no part of the latencies, which would be worse with them."
        )
    if report.all.done and report.failures:
        share = report.failures / report.all.sent
        found.append(f"{report.failures:,} requests ({share:.2%}) failed. Latencies are those of the others.")
    if 0 < report.all.done < _FEW:
        found.append(f"{report.all.done:,} answers are few: a p99.9 of fewer than {_FEW:,} is just their maximum.")
    return found


def _generator(report: Report) -> list[str]:
    """Whether what was measured is the generator."""
    late, cpu = report.generator.late_ms.p99 or 0.0, report.generator.cpu_share
    p50 = report.all.ms.p50
    is_late = late > _LATE_MS and (p50 is None or late > _LATE_SHARE * p50)
    if cpu >= _BUSY_CORES:
        told = (
            f"The generator was the bound: it took {cpu:.2f} cores of the one that it can use, and began journeys up to {late:,.0f} ms late (p99). "
            "Do not read these latencies as those of the application; lower the rate, or start more generators."
        )
        return [told]
    if is_late:
        told = (
            f"The generator began journeys up to {late:,.0f} ms late (p99), though it took {cpu:.2f} cores only: the machine was busy with something else, "
            "such as the application itself. This wait is part of the latencies."
        )
        return [told]
    return []
