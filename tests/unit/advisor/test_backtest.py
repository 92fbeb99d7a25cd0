"""The measures of the backtest, and that what is registered hangs together."""

import json
import math
from pathlib import Path

import pytest

from bench.advisor.document import ELSEWHERE_LOW, LOW, render, split_out_of_all
from bench.advisor.measures import auc, average_precision, bootstrap_mean, interval, precision_at
from bench.advisor.registered import cases
from plures.advisor.judging import figures

ROOT = Path(__file__).parents[3]
RESULTS = [json.loads((ROOT / f"bench/advisor/results-{role}.json").read_text()) for role in ("tuning", "held-out")]

PERFECT = [(0.9, True), (0.8, True), (0.3, False), (0.1, False)]
REVERSED = [(score, not came) for score, came in PERFECT]
TIED = [(0.5, True), (0.5, False), (0.5, False), (0.5, True)]


@pytest.mark.parametrize(
    ("ranked", "area"), [(PERFECT, 1.0), (REVERSED, 0.0), (TIED, 0.5), ([(2, True), (3, False), (1, False)], 0.5)]
)
def test_auc(ranked, area):
    assert auc(ranked) == area


def test_auc_needs_both_kinds():
    assert math.isnan(auc([(1, True)]))
    assert math.isnan(auc([]))


@pytest.mark.parametrize(
    ("ranked", "area"), [(PERFECT, 1.0), (TIED, 0.5), ([(3, True), (2, False), (1, True)], (1 + 2 / 3) / 2)]
)
def test_average_precision(ranked, area):
    assert average_precision(ranked) == pytest.approx(area)


def test_the_order_of_ties_cannot_help():
    assert average_precision(TIED) == average_precision(list(reversed(TIED)))
    assert precision_at(TIED, 1) == precision_at(TIED, 3) == 0.5


def test_precision_among_the_best():
    assert precision_at(PERFECT, 2) == 1
    assert precision_at(PERFECT, 4) == 0.5


def test_intervals_hold_the_mean_and_are_the_same_each_time():
    mixed = [(0.9, True), (0.7, False), (0.6, True), (0.4, False), (0.3, True), (0.1, False)]
    low, high = bootstrap_mean([mixed, PERFECT], auc, 300, 1)
    assert low <= (auc(mixed) + 1) / 2 <= high
    assert (low, high) == bootstrap_mean([mixed, PERFECT], auc, 300, 1)
    assert interval([1.0] * 50) == (1.0, 1.0)


def test_what_is_registered_is_whole():
    registered = cases()
    assert len({(case.name, case.commit) for case in registered}) == len(registered)
    assert all(len(case.commit) == 40 for case in registered)
    assert all(bool(case.left) != case.role.startswith("stayed whole") for case in registered)
    assert not set().union(*(set(case.left) & set(case.ignored) for case in registered))
    assert {case.role for case in registered} == {
        "tuning",
        "held out",
        "stayed whole, tuning",
        "stayed whole, held out",
    }
    tuned = {case.name for case in registered if "tuning" in case.role}
    assert tuned.isdisjoint(case.name for case in registered if "held out" in case.role)


def test_the_document_can_be_written_without_results():
    assert render([]).startswith("# Backtest")


def test_the_document_shows_the_results_that_are_kept():
    assert (ROOT / "docs/advisor/backtest.md").read_text(encoding="utf-8") == render(RESULTS)


def test_every_registered_repository_was_scored_at_its_commit():
    scored = {(row["repository"], row["commit"]) for results in RESULTS for row in results["repositories"]}
    assert scored == {(case.title, case.commit) for case in cases()}


def test_the_confidence_of_leaving_alone_promises_no_more_than_was_measured():
    elsewhere = smoothed(*ELSEWHERE_LOW)
    for each in RESULTS[0]["calibration"]:
        measured = max(smoothed(each["left"], each["components"]), elsewhere)
        assert figures.chance_of_leaving(each["from"]) == pytest.approx(measured, abs=0.006)
        assert each["below"] > LOW or figures.chance_of_leaving(each["from"]) >= ELSEWHERE_LOW[0] / ELSEWHERE_LOW[1]


def test_the_confidence_of_splitting_out_promises_no_more_than_was_measured():
    measured = smoothed(*split_out_of_all(RESULTS))
    assert measured - 0.01 < figures.SPLIT_WAS_RIGHT <= measured


def smoothed(true: int, of_all: int) -> float:
    """A share with one imagined case of either kind."""
    return (true + 1) / (of_all + 2)
