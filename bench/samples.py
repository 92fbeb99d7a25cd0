"""Summaries of measured samples. Knows nothing of what was measured."""

from collections.abc import Sequence
from statistics import median


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of unordered samples; ``share`` is between 0 and 1."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median_of(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median over rounds, figure by figure."""
    return {name: median(figures[name] for figures in rounds) for name in rounds[0]}


def spread_of(rounds: Sequence[dict[str, float]], name: str) -> float:
    """How far the rounds lie apart in one figure: (highest - lowest) / median."""
    values = [figures[name] for figures in rounds]
    return (max(values) - min(values)) / median(values) if median(values) else 0.0
