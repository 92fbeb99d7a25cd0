"""Areas under curves and their confidence intervals, without dependencies."""

import random
from collections.abc import Callable, Sequence
from statistics import fmean

Ranked = Sequence[tuple[float, bool]]
"""(score, whether it came true) of each candidate"""


def auc(ranked: Ranked) -> float:
    """Chance that one that came true ranks above one that did not; ties count half."""
    true = [score for score, came in ranked if came]
    false = [score for score, came in ranked if not came]
    wins = sum((a > b) + 0.5 * (a == b) for a in true for b in false)
    return wins / (len(true) * len(false)) if true and false else float("nan")


def average_precision(ranked: Ranked) -> float:
    """Area under precision and recall; equal scores are taken at once, so their order cannot help."""
    total = sum(came for _, came in ranked)
    area, seen, hits = 0.0, 0, 0
    groups: dict[float, list[bool]] = {}
    for score, came in ranked:
        groups.setdefault(score, []).append(came)
    for score in sorted(groups, reverse=True):
        seen += len(groups[score])
        found = sum(groups[score])
        hits += found
        area += found / total * hits / seen if total else 0.0
    return area


def precision_at(ranked: Ranked, k: int) -> float:
    """Share of the k best that came true; a tie at the border counts by its share."""
    best = sorted(ranked, key=lambda item: -item[0])
    if not k or not best:
        return float("nan")
    border = best[min(k, len(best)) - 1][0]
    above = [came for score, came in best if score > border]
    tied = [came for score, came in best if score == border]
    return (sum(above) + (k - len(above)) * sum(tied) / len(tied)) / k


def interval(samples: Sequence[float]) -> tuple[float, float]:
    """The middle 95% of bootstrap samples."""
    ordered = sorted(sample for sample in samples if sample == sample)  # noqa: PLR0124  (drops what is no number)
    return ordered[int(0.025 * len(ordered))], ordered[min(len(ordered) - 1, int(0.975 * len(ordered)))]


def bootstrap_mean(
    values: Sequence[Ranked], measure: Callable[[Ranked], float], times: int, seed: int
) -> tuple[float, float]:
    """Interval of the mean over repositories; draws repositories, and within each those that came true and those that did not."""
    dice = random.Random(seed)
    samples = [fmean(measure(_redraw(dice.choice(values), dice)) for _ in values) for _ in range(times)]
    return interval(samples)


def _redraw(ranked: Ranked, dice: random.Random) -> Ranked:
    true = [item for item in ranked if item[1]]
    false = [item for item in ranked if not item[1]]
    return [dice.choice(true) for _ in true] + [dice.choice(false) for _ in false]
