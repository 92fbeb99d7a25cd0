"""Runs registered cases and measures: who leaves, false alarms, the score of abstaining, what changes together."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from . import cochange
from .measures import Ranked, auc, average_precision, bootstrap_mean, precision_at
from .predictions import SCORES, candidates, read, split_out
from .registered import Case

TIMES, SEED = 2000, 20141201


def run(cases: Sequence[Case], repositories: Path, role: str) -> dict[str, Any]:
    """All figures of the cases of one role."""
    leaving: dict[str, dict[str, Ranked]] = {}
    together: dict[str, dict[str, Ranked]] = {}
    rows: list[dict[str, Any]] = []
    for case in cases:
        survey = read(case, repositories)
        names = candidates(case, survey)
        asked = split_out(survey) & set(names)
        left = set(case.left)
        if left:
            leaving[case.title] = {
                score: [(say(survey, name), name in left) for name in names] for score, say in SCORES.items()
            }
            together[case.title] = cochange.ranked_pairs(case, survey, repositories)
        rows.append(_row(case, names, asked, leaving.get(case.title)))
        print(json_line(rows[-1]), file=sys.stderr)
    return {
        "role": role,
        "scored": datetime.now(UTC).date().isoformat(),
        "repositories": rows,
        "leaving": {score: _means([ranked[score] for ranked in leaving.values()]) for score in SCORES},
        "leaving_each": {title: {score: auc(ranked[score]) for score in SCORES} for title, ranked in leaving.items()},
        "together": _together(together),
        "together_each": {
            title: {name: average_precision(ranked[name]) for name in ranked} | {"share": _share(ranked)}
            for title, ranked in together.items()
        },
        "verdicts": _verdicts(rows),
        "calibration": _calibration([ranked["advisor"] for ranked in leaving.values()]),
    }


def json_line(row: dict[str, Any]) -> str:
    """A row on one line, for watching."""
    return f"{row['repository']}: {row['components']} components, AUC {row['auc']}, split out {row['split_out']}"


def _row(case: Case, names: Sequence[str], asked: set[str], scores: dict[str, Ranked] | None) -> dict[str, Any]:
    ranked = scores["advisor"] if scores else []
    order = sorted(zip(names, ranked, strict=False), key=lambda item: -item[1][0])
    return {
        "repository": case.title,
        "role": case.role,
        "commit": case.commit,
        "components": len(names),
        "left": sorted(case.left),
        "auc": auc(ranked) if ranked else None,
        "precision_at_k": precision_at(ranked, len(case.left)) if ranked else None,
        "split_out": sorted(asked),
        "split_out_right": sorted(asked & set(case.left)),
        "missed": [name for name, (_, came) in order[len(case.left) :] if came],
        "ranked_above_them": [name for name, (_, came) in order[: len(case.left)] if not came],
    }


def _means(ranked: list[Ranked]) -> dict[str, Any]:
    if not ranked:
        return {}
    low, high = bootstrap_mean(ranked, auc, TIMES, SEED)
    return {
        "auc": fmean(auc(r) for r in ranked),
        "auc_95": [low, high],
        "precision_at_k": fmean(precision_at(r, sum(came for _, came in r)) for r in ranked),
    }


def _together(each: dict[str, dict[str, Ranked]]) -> dict[str, Any]:
    names = next(iter(each.values()), {})
    means = {name: fmean(average_precision(ranked[name]) for ranked in each.values()) for name in names}
    intervals = {
        name: list(bootstrap_mean([ranked[name] for ranked in each.values()], average_precision, 200, SEED))
        for name in names
    }
    return {name: {"pr_auc": means[name], "pr_auc_95": intervals[name]} for name in names}


def _share(ranked: dict[str, Ranked]) -> float:
    pairs = ranked["advisor"]
    return sum(came for _, came in pairs) / len(pairs)


def _verdicts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How good the verdicts were, compared with always saying "leave alone"."""
    components = sum(row["components"] for row in rows)
    left = sum(len(row["left"]) for row in rows)
    right = sum(len(row["split_out_right"]) for row in rows)
    asked = sum(len(row["split_out"]) for row in rows)
    whole = [row for row in rows if row["role"].startswith("stayed whole")]
    alarms, calm = sum(len(row["split_out"]) for row in whole), sum(row["components"] for row in whole)
    return {
        "components": components,
        "left": left,
        "split_out": asked,
        "split_out_right": right,
        "accuracy": (components - left - asked + 2 * right) / components,
        "accuracy_of_abstaining": (components - left) / components,
        "components_that_stayed_whole": calm,
        "false_alarms_there": alarms,
        "false_alarms_per_10": 10 * alarms / calm if calm else None,
    }


BINS = (0.25, 0.40, 0.50, 0.60, 0.70, 1.01)


def _calibration(ranked: list[Ranked]) -> list[dict[str, Any]]:
    """Per bin of independence: how many components, and which share of them left."""
    everything = [item for each in ranked for item in each]
    bins: list[dict[str, Any]] = []
    low = 0.0
    for high in BINS:
        inside = [came for score, came in everything if low <= score < high]
        bins.append({"from": low, "below": high, "components": len(inside), "left": sum(inside)})
        low = high
    return bins
