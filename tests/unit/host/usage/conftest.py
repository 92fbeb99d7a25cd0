from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from plures.application import assemble
from plures.host import Host, Placement

from .shop import ACCESS, APP, Make


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        def make(**more: Any) -> Host:
            given = {"edge": True, "data": tmp_path, "usage": tmp_path, "access": ACCESS} | more
            made = Host(assemble(APP), Placement(frozenset({"search", "cart"}), **given))
            stack.push_async_callback(made.stop)
            return made

        yield make
