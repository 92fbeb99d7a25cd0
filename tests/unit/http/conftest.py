from collections.abc import AsyncIterator

import pytest

from plures.http import HttpTransport


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport()
    yield transport
    await transport.close()
