"""The buckets of a histogram, and what is read from them."""

from collections import Counter
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plures.telemetry import index_of, middle_s, otel_index, quantile, upper_s


@given(st.floats(min_value=1e-9, max_value=1e5))
def test_a_bucket_is_a_twelfth_wide(seconds: float) -> None:
    index = index_of(seconds)
    assert upper_s(index - 1) * (1 - 1e-9) <= seconds <= upper_s(index) * (1 + 1e-9)
    assert abs(middle_s(index) / seconds - 1) < 0.0454


def test_no_time_at_all() -> None:
    assert index_of(0.0) == index_of(-1.0) == 0


def test_opentelemetry_counts_from_a_second() -> None:
    assert otel_index(index_of(1.0)) == 0
    assert otel_index(index_of(2.0)) == 8
    assert otel_index(index_of(0.5)) == -8


@pytest.mark.parametrize(("share", "seconds"), [(0.0, 0.001), (0.5, 0.5), (0.99, 0.99), (1.0, 1.0)])
def test_quantiles(share: float, seconds: float) -> None:
    buckets = Counter(index_of(number / 1000) for number in range(1, 1001))
    found = quantile(buckets, share)
    assert found is not None
    assert isclose(found, seconds, rel_tol=0.06)


def test_a_quantile_of_nothing() -> None:
    assert quantile({}, 0.5) is None
