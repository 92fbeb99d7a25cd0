"""What holds for events in each placement holds over NATS: the same tests, with each capability in a process of its own and a real server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import nats
import pytest
import pytest_asyncio
from lab import Press, app
from test_events import *  # noqa: F403 - the tests
from test_events import until

from plures.testing import Running, Where, assemble, one_each, run
from plures.topology import Broker
from tests.nats import Nats

BROKER = "placement"


@pytest.mark.asyncio(loop_scope="session")
async def test_they_have_travelled_over_nats(shop: Running, shared_nats: Nats) -> None:
    await shop.client(Press).print("travelled", (9_999_999,))
    operator = await nats.connect(shared_nats.url)

    async def has_travelled() -> bool:
        return (await operator.jetstream().stream_info(f"plures-{BROKER}")).state.last_seq > 0

    await until(has_travelled)
    await operator.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(shared_nats: Nats, tmp_path_factory: Any) -> AsyncIterator[Running]:
    topology = replace(one_each(assemble(app)), broker=Broker(shared_nats.url, name=BROKER))
    data = tmp_path_factory.mktemp("plures")
    async with run("lab:app", Where.LOCAL_PROCESSES, data=data, topology=topology) as running:
        yield running
