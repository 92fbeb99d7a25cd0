"""How long calls took, by exponential buckets: eight for each doubling, so a figure is off by 4.5 % at most.

They are those of OpenTelemetry's exponential histograms with a scale of 3. Source: opentelemetry.io/docs/specs/otel/metrics/data-model
"""

from collections import defaultdict
from collections.abc import Mapping
from math import log2
from typing import Final

SCALE: Final = 3
_PER_DOUBLING: Final = 1 << SCALE
_SHIFT: Final = 40
"""Above the bits of a second: indexes count from 2⁻⁴⁰ s, so that none is negative and rounding down is one step."""

LEAST_S: Final = 1e-12
"""What is shorter is no time at all."""

Buckets = defaultdict[int, int]
"""Index → how many values lie in that bucket."""


def index_of(seconds: float) -> int:
    """The bucket of a value; what is no time at all lies in the first."""
    return int((log2(seconds) + _SHIFT) * _PER_DOUBLING) if seconds > LEAST_S else 0


def doubling_of(seconds: float) -> int:
    """Its bucket, where there is one for each doubling."""
    return index_of(seconds) // _PER_DOUBLING


def upper_s(index: int) -> float:
    """The upper bound of a bucket, in seconds."""
    return float(2.0 ** ((index + 1) / _PER_DOUBLING - _SHIFT))


def middle_s(index: int) -> float:
    """What a value of a bucket is taken to be, in seconds."""
    return float(2.0 ** ((index + 0.5) / _PER_DOUBLING - _SHIFT))


def otel_index(index: int) -> int:
    """The same bucket, as OpenTelemetry counts them: from 1 s."""
    return index - _SHIFT * _PER_DOUBLING


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """The value below which that share of all values lies, in seconds; None where there are none."""
    total = sum(buckets.values())
    if not total:
        return None
    wanted, seen = share * total, 0
    for index in sorted(buckets):
        seen += buckets[index]
        if seen >= wanted:
            return middle_s(index)
    return None
