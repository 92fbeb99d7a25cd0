"""Reports: whatever happened, they are written, and say what they are worth."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from plures.load import (
    Counts,
    Driven,
    Load,
    Profile,
    Ramp,
    Ran,
    Report,
    Target,
    Visitor,
    report_of,
    to_html,
    to_json,
    to_text,
    verdicts,
)  # fmt: skip
from plures.load.counting import Slow


async def look(shop: Visitor) -> None: ...


def ran(
    answers: int = 0, failures: int = 0, *, name: str = "look", cpu: float = 0.1, late_s: float = 0.001, unsent: int = 0
) -> Report:
    counts = Counts(10)
    journey = counts.journey("look")
    for number in range(answers):
        counts.step("look", name).sent += 1
        counts.succeeded(counts.step("look", name), Slow((number + 1) / 1_000, "look", name, "a" * 32), number % 10)
    for _ in range(failures):
        counts.step("look", name).sent += 1
        counts.went_wrong(counts.step("look", name), "status 503", 3.0)
    journey.begun = journey.ended = answers + failures
    journey.due = journey.begun + unsent
    counts.late.add(late_s)
    load = Load("normal", Profile({look: 1}, ramp=Ramp(10, over_s=5)), Target("http://shop.example"), 10, 10)
    return report_of(Ran(load, counts, Driven(10.0, is_interrupted=False, given_up=0), cpu, {}))


REPORTS = {
    "nothing": ran(), "one": ran(1), "only failures": ran(0, 5), "all": ran(2_000, 3, unsent=7), "late": ran(50, cpu=0.99, late_s=0.5),
}  # fmt: skip


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_each_report_is_written_in_each_form(report: Report) -> None:
    data = json.loads(to_json(report))
    assert (data["all"]["done"], data["version"]) == (report.all.done, 1)
    assert "normal: 10 journeys/s, 10 times that after 5 s, for 10 s, on http://shop.example" in to_text(report)
    page = to_html(report)
    assert "nan" not in page.lower().replace("tenant", "")
    for each in re.findall(r"<svg.*?</svg>", page):
        ET.fromstring(each)
    # It needs nothing from elsewhere, and nothing in it runs.
    assert re.findall(r"<script|<link rel=.stylesheet|<img|url\(", page) == []
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (REPORTS["nothing"], "Nothing was sent"),
        (REPORTS["only failures"], "Not one request was answered as expected."),
        (REPORTS["all"], "7 journeys (0.3%) were not sent."),
        (REPORTS["all"], "3 requests (0.15%) failed."),
        (REPORTS["one"], "1 answers are few"),
        (REPORTS["late"], "The generator was the bound: it took 0.99 cores"),
        (
            ran(5_000, late_s=9),
            "The generator began journeys up to 9,000 ms late (p99), though it took 0.10 cores only",
        ),
    ],
)
def test_it_says_what_the_figures_are_worth(report: Report, says: str) -> None:
    assert any(each.startswith(says) for each in verdicts(report))


def test_a_good_load_needs_no_words() -> None:
    assert verdicts(ran(2_000)) == []


def test_hostile_names_stay_text() -> None:
    page = to_html(ran(3, 1, name='<script>alert("1")</script>&'))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_figures_are_those_of_what_was_counted() -> None:
    report = ran(1_000, 10)
    assert report.all.ms.p50 == pytest.approx(500, rel=0.02)
    assert report.all.ms.max == 1_000
    assert report.slowest[0].ms == 1_000
    assert sum(each.done_per_s * report.slot_s for each in report.timeline) == pytest.approx(1_000)
    assert report.asked == pytest.approx(10 * (5 * 5.5 + 5 * 10))
