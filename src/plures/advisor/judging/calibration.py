"""How often a component of some independence really left, and how often a coupled pair stayed so: measured, not felt.

The figures are those of `python -m bench.advisor --role tuning`; docs/advisor/backtest.md says how well they hold elsewhere.
"""

from bisect import bisect_right

# Upper bounds of bins of independence → share of the components in it that left within about four years, of 224 in eight
# tuning repositories; each with one imagined case of either kind, so that no bin promises certainty.
_BOUNDS = (0.25, 0.40, 0.50, 0.60, 0.70)
_LEFT = (0.02, 0.02, 0.05, 0.18, 0.32, 0.53)

# Share of pairs that changed together in three of ten commits or more, and still did half as much a year later: 1 of 4, again
# with one imagined case of either kind. Coupling passes more often than one thinks.
STAYED_COUPLED = 0.33


# Share of components told to "split out" that did leave: 3 of 6, with the same two imagined cases.
SPLIT_WAS_RIGHT = 0.5


def chance_of_leaving(independence: float) -> float:
    """Share of components of this independence that became projects of their own, 0 to 1."""
    return _LEFT[bisect_right(_BOUNDS, independence)]
