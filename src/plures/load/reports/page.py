"""The report as one page that needs nothing else: no script, no other file, no network."""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from .judging import verdicts
from .plots import Line, plot
from .report import JourneyReport, Report, StepReport
from .text import headline, ms

_COLUMNS = ("sent", "done", "failed", "p50", "p90", "p99", "p99.9", "max")


def to_html(report: Report) -> str:
    """The page."""
    title = escape(f"Load: {report.profile} on {report.target}")
    asked, _, reached = headline(report).partition("\n")
    parts = [
        f"<h1>{title}</h1><p>{escape(asked)}</p><p>{escape(reached)}</p>",
        "".join(f'<p class="verdict">{escape(each)}</p>' for each in verdicts(report)),
        _cards(report),
        _plots(report),
        "<h2>Journeys and their steps</h2><p>Durations in ms, of requests that were answered as expected, from when each should have been sent.</p>",
        _table(report),
        _reasons(report),
        _slowest(report),
        _generator(report),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{_style()}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


@cache
def _style() -> str:
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def _cards(report: Report) -> str:
    share = report.failures / report.all.sent if report.all.sent else 0.0
    figures = (
        ("p50", f"{ms(report.all.ms.p50)} ms"),
        ("p99", f"{ms(report.all.ms.p99)} ms"),
        ("done", f"{report.all.done:,}"),
        ("failed", f"{report.failures:,} ({share:.2%})"),
        ("not sent", f"{report.not_sent:,} journeys"),
    )
    return f"<dl>{''.join(f'<div><dt>{name}</dt><dd>{escape(value)}</dd></div>' for name, value in figures)}</dl>"


def _plots(report: Report) -> str:
    moments = report.timeline
    at_s = [each.at_s for each in moments]
    while_due = [each for each in moments if each.at_s < report.sent_for_s]
    rates = (
        Line("asked", "asked", [each.asked_per_s for each in while_due]),
        Line("due", "due", [each.due_per_s for each in while_due]),
        Line("begun", "reached", [each.begun_per_s for each in while_due]),
    )
    requests = (
        Line("done", "reached", [each.done_per_s for each in moments]),
        Line("failed", "failed", [each.failed_per_s for each in moments]),
    )
    latencies = (
        Line("p50", "reached", [each.p50_ms for each in moments]),
        Line("p99", "due", [each.p99_ms for each in moments]),
    )
    drawn = "".join(
        (
            plot("Latency", "ms", at_s, latencies),
            plot("Journeys", "a second", [each.at_s for each in while_due], rates),
            plot("Requests", "a second", at_s, requests),
            plot("In flight", "journeys", at_s, (Line("at most", "reached", [each.in_flight for each in moments]),)),
        )
    )
    return f'<div class="plots">{drawn}</div>'


def _table(report: Report) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    rows = "".join(_journey(each) for each in report.journeys) + _row("All", report.all, "total")
    # It can be scrolled by keyboard too.
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Steps"><table><thead><tr><th scope="col">step</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _journey(journey: JourneyReport) -> str:
    told = f"{journey.begun:,} of {journey.due:,} begun, {journey.ended:,} ended"
    head = f'<tr class="journey"><th scope="row">{escape(journey.journey)}</th><td colspan="{len(_COLUMNS)}">{told}</td></tr>'
    return head + "".join(_row(each.step, each) for each in journey.steps)


def _row(name: str, step: StepReport, style: str = "") -> str:
    failed = sum(step.failed.values())
    counts = f"<td>{step.sent:,}</td><td>{step.done:,}</td><td{' class=bad' if failed else ''}>{failed:,}</td>"
    times = (step.ms.p50, step.ms.p90, step.ms.p99, step.ms.p999, step.ms.max)
    return f'<tr class="{style}"><th scope="row">{escape(name)}</th>{counts}{"".join(f"<td>{ms(each)}</td>" for each in times)}</tr>'


def _reasons(report: Report) -> str:
    found = _listed("Requests that failed", report.all.failed)
    for each in report.journeys:
        found += _listed(f"{each.journey}: not sent", each.not_sent) + _listed(f"{each.journey}: failed", each.failed)
    return f"<h2>What went wrong</h2>{found}" if found else ""


def _listed(title: str, reasons: Mapping[str, int]) -> str:
    if not reasons:
        return ""
    items = "".join(f"<li><b>{many:,}</b> {escape(reason)}</li>" for reason, many in reasons.items())
    return f"<h3>{escape(title)}</h3><ul>{items}</ul>"


def _slowest(report: Report) -> str:
    if not report.slowest:
        return ""
    items = "".join(
        f"<li><b>{ms(each.ms)} ms</b> {escape(each.journey)}, {escape(each.step)} <code>{escape(each.trace)}</code></li>"
        for each in report.slowest
    )
    return f"<h2>Slowest requests</h2><p>Each with the id of its trace.</p><ol>{items}</ol>"


def _generator(report: Report) -> str:
    own = report.generator
    return (
        f"<h2>The generator itself</h2><p>It took {own.cpu_share:.2f} cores. Journeys began {ms(own.late_ms.p50)} ms after they were due "
        f"in the middle, {ms(own.late_ms.p99)} ms at p99, {ms(own.late_ms.max)} ms at most. Seed {report.seed}.</p>"
    )
