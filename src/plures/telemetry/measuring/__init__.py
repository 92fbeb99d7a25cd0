"""Figures: how many calls, how long they took, how they failed."""

from .histogram import SCALE, Buckets, index_of, middle_s, otel_index, quantile, upper_s
from .meter import Call, Meter, is_fault

__all__ = ["SCALE", "Buckets", "Call", "Meter", "index_of", "is_fault", "middle_s", "otel_index", "quantile", "upper_s"]
