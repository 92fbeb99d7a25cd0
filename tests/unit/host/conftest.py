from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from plures.host import Host

from .parts import host_of


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Callable[..., Host]]:
    """Makes hosts; all are stopped after the test."""
    async with AsyncExitStack() as stack:

        def make(*capabilities: object, **more: object) -> Host:
            made = host_of(tmp_path, *capabilities, **more)
            stack.push_async_callback(made.stop)
            return made

        yield make
