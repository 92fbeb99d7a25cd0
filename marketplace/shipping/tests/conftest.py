"""Shipping in each of its languages: as a process that Plures starts, and that is called over the wire."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from marketplace.shipping.contract import Shipping
from plures.testing import Running, Where, run
from tests.golang import alone, shipping_in_go

APPLICATION = "marketplace.shipping.tests.alone:app"


def in_python() -> str | None:
    """The command that starts it; it needs none."""
    return None


def in_go() -> str | None:
    """The command that starts it."""
    return str(shipping_in_go())


@asynccontextmanager
async def placed(command: str | None, data: Path) -> AsyncGenerator[Running]:
    """An application that has shipping alone: in Python, or as what the command starts."""
    async with run(APPLICATION, Where.LOCAL_PROCESSES, data=data, topology=alone("shipping", command)) as running:
        yield running


LANGUAGES = [pytest.param(in_python, id="python"), pytest.param(in_go, id="go", marks=pytest.mark.go)]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=LANGUAGES)
async def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with placed(request.param(), tmp_path_factory.mktemp("shipping")) as running:
        yield running


@pytest.fixture
def shipping(running: Running) -> Shipping:
    """A client of it, as the checkout has one."""
    return running.client(Shipping)
