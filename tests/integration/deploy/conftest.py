"""A journal of what replicas say, and an HTTP client."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from .support import PATIENCE_S, Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        yield client
