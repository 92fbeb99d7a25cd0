import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plures.runtime import HttpTransport

# The misbehaving application of the placement suite has an operation for everything.
sys.path.insert(0, str(Path(__file__).parents[2] / "placement"))


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport()
    yield transport
    await transport.close()
