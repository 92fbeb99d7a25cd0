import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# The tests here use the application of the placement suite: it has an operation for every kind of trouble.
sys.path.insert(0, str(Path(__file__).parents[2] / "placement"))


@pytest.fixture
async def client() -> AsyncIterator[object]:
    from .scripted import Callers

    callers = Callers()
    yield callers
    callers.deadlines.close()
