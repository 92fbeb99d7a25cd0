"""How often a component of some independence really left, and how often a coupled pair stayed so: measured, not felt.

Computed by `python -m bench.advisor.calibrate` on the tuning repositories; bench/advisor/results.md says how well it holds on others.
"""

from bisect import bisect_right

# Upper bounds of bins of independence → share of components in it that left within the years looked at, made monotone.
_BOUNDS = (0.25, 0.40, 0.50, 0.60, 0.70, 0.80)
_LEFT = (0.01, 0.06, 0.10, 0.20, 0.25, 0.30, 0.40)

# Share of pairs that met the rule for "merge" and changed together as much in the following year.
STAYED_COUPLED = 0.6


def chance_of_leaving(independence: float) -> float:
    """Share of components of this independence that became projects of their own, 0 to 1."""
    return _LEFT[bisect_right(_BOUNDS, independence)]
