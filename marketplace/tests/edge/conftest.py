"""One shop that runs, for all tests of this folder, and a shopper of it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from marketplace.app import app
from marketplace.storefront.tests.shopper import Shopper
from plures.testing import Running, Where, run


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run(app, Where.IN_PROCESS, data=tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def shopper(shop: Running) -> AsyncIterator[Shopper]:
    shopper = Shopper(str(shop.public_url))
    async with shopper.client:
        yield shopper
