"""Control listeners without a host: real sockets."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from plures.deploy.serving.listener import ServingOptions
from plures.http import HttpServerProtocol

from .answering import Serve, Served


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Control listeners with `Answering` behind them."""
    served: list[Served] = []

    async def start(**options: Any) -> Served:
        served.append(Served(ServingOptions(http=HttpServerProtocol, **({"linger_s": 0.3, "grace_s": 20.0} | options))))
        await served[-1].listener.start()
        return served[-1]

    yield start
    for it in served:
        await it.close()
