"""The report as text, for a terminal and for a log."""

from collections.abc import Mapping, Sequence

from .judging import verdicts
from .report import Report, StepReport

_TENTHS_FROM, _WHOLE_FROM = 10, 100
_HEAD = ("", "sent", "done", "failed", "p50", "p90", "p99", "p99.9", "max")


def to_text(report: Report) -> str:
    """The report as lines of text; durations are in ms."""
    rows: list[Sequence[str]] = [_HEAD]
    for journey in report.journeys:
        of = f", {journey.due - journey.begun:,} not sent" if journey.due > journey.begun else ""
        rows.append((f"{journey.journey}: {journey.begun:,} of {journey.due:,} begun, {journey.ended:,} ended{of}",))
        rows += [_row(f"  {each.step}", each) for each in journey.steps]
    rows.append(_row("all", report.all))
    lines = [headline(report), "", *_aligned(rows)]
    lines += _reasons("failed requests", report.all.failed)
    for journey in report.journeys:
        lines += _reasons(f"not sent, {journey.journey}", journey.not_sent)
        lines += _reasons(f"journeys that failed, {journey.journey}", journey.failed)
    if report.slowest:
        lines += ["", "slowest"]
        lines += [
            f"  {each.ms:>9,.1f} ms  {each.journey}, {each.step}  trace {each.trace}" for each in report.slowest[:3]
        ]
    return "\n".join([*lines, "", *verdicts(report)]).rstrip()


def headline(report: Report) -> str:
    """What was asked for, and what was reached."""
    ramp = f", {report.ramp_times:g} times that after {report.ramp_over_s:g} s" if report.ramp_times != 1 else ""
    asked = f"{report.profile}: {report.per_s:g} journeys/s{ramp}, for {report.seconds:g} s, on {report.target}"
    due_for_s = max(min(report.lasted_s, report.seconds), 0.001)
    sent_for_s = max(report.sent_for_s, 0.001)
    reached = f"{report.begun:,} of {report.intended:,} journeys begun, {report.begun / sent_for_s:,.1f}/s of {report.intended / due_for_s:,.1f}/s that were due"
    return f"{asked}\n{reached}; {report.all.done / max(report.lasted_s, 0.001):,.1f} requests/s done; at most {report.most_in_flight:,} in flight"


def ms(value: float | None) -> str:
    """A duration in ms, with three figures that count; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:.1f}" if value >= _TENTHS_FROM else f"{value:.2f}"


def _row(name: str, step: StepReport) -> Sequence[str]:
    times = step.ms
    figures = (times.p50, times.p90, times.p99, times.p999, times.max)
    return (name, f"{step.sent:,}", f"{step.done:,}", f"{sum(step.failed.values()):,}", *map(ms, figures))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns; a row of one cell is a line of its own."""
    full = [row for row in rows if len(row) > 1]
    wide = [max(len(row[column]) for row in full) for column in range(len(_HEAD))]
    lines: list[str] = []
    for row in rows:
        first, *others = row
        cells = [cell.rjust(width + 2) for cell, width in zip(others, wide[1:], strict=False)]
        lines.append((first.ljust(wide[0]) if others else first) + "".join(cells))
    return lines


def _reasons(title: str, reasons: Mapping[str, int]) -> list[str]:
    if not reasons:
        return []
    return ["", title, *(f"  {many:>7,}  {reason}" for reason, many in reasons.items())]
