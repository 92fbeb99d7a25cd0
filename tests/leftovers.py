"""What tests leave behind fails the last one: pytest looks for it when it ends, but a worker cannot tell of that any more."""

import gc
from collections.abc import Iterator

import pytest

# Destructors make garbage of their own; pytest looks as often.
ROUNDS = 5


@pytest.fixture(scope="session", autouse=True)
def _leftovers() -> Iterator[None]:
    """Made first, so it ends last."""
    yield
    for _ in range(ROUNDS):
        gc.collect()
