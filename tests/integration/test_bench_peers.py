"""The hand-wired services beside which we measure the marketplace keep its contracts: answers, errors, streams, limits."""

import asyncio
import socket
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from uvicorn import Config, Server

from bench.shop.rivals.fastapi_service import HttpxClient, application_of
from bench.shop.rivals.grpc_service import GrpcClient, serve_service
from bench.shop.rivals.wiring import wired
from bench.shop.traffic.arrivals import NORMAL, SALE
from bench.shop.traffic.open_loop import drive
from bench.shop.traffic.shelf import card_number
from bench.shop.variants import Storage, application
from marketplace.catalog.capability import make
from marketplace.catalog.contract import Catalog, ProductUnknown
from marketplace.catalog.service import CatalogService
from marketplace.payments.cards import passes_checksum
from plures import CallError, Outcome, Unavailable
from plures.application import assemble
from plures.load import Zipf, arrivals


@pytest.fixture
def service() -> CatalogService:
    return make()


@pytest.fixture(params=["fastapi", "grpc"])
async def client(request: Any, service: CatalogService) -> AsyncIterator[Any]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        if request.param == "fastapi":
            server = Server(Config(application_of(Catalog, service), lifespan="off", log_level="error"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            peer: Any = HttpxClient(Catalog, f"127.0.0.1:{port}")
        else:
            listening.close()
            serving = asyncio.create_task(serve_service(Catalog, service, port))
            peer = GrpcClient(Catalog, f"127.0.0.1:{port}")
        await _answering(peer)
        try:
            yield peer
        finally:
            await peer.leave()
            if request.param == "fastapi":
                server.should_exit = True
            else:
                serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def _answering(peer: Any) -> None:
    for _ in range(100):
        try:
            await peer.featured(1)
        except CallError:
            await asyncio.sleep(0.05)
        else:
            return


async def test_a_peer_answers_as_the_service_does(client: Any, service: CatalogService) -> None:
    product = (await service.featured(1))[0]

    assert await client.get(product.id) == product
    assert await client.get_many((product.id, "nothing")) == (product,)
    assert await client.categories() == await service.categories()
    assert await client.browse("fashion", limit=3) == await service.browse("fashion", limit=3)
    assert await client.picture(product.id) == await service.picture(product.id)


async def test_a_peer_raises_declared_errors_and_refuses_what_breaks_a_bound(client: Any) -> None:
    with pytest.raises(ProductUnknown) as raised:
        await client.get("nothing")
    with pytest.raises(CallError):
        await client.featured(0)

    assert raised.value.product_id == "nothing"


async def test_a_peer_streams_everything(client: Any, service: CatalogService) -> None:
    assert [product async for product in client.export()] == [product async for product in service.export()]


def test_the_same_seed_gives_the_same_traffic() -> None:
    first, second = (list(arrivals(NORMAL, per_s=50, seconds=10, random=Random(7))) for _ in range(2))

    assert first == second
    assert 400 < len(first) < 600
    assert {arrival.what for arrival in first} == set(NORMAL)
    assert sum(NORMAL.values()) == sum(SALE.values()) == 100


def test_popularity_falls_with_the_rank() -> None:
    popular = Zipf(range(1000), Random(7))

    draws = [popular.draw() for _ in range(20_000)]

    counts = sorted((draws.count(item) for item in set(draws)), reverse=True)
    assert counts[0] > 1.5 * counts[1] > 2 * counts[3]


def test_every_buyers_card_passes_the_check() -> None:
    random = Random(7)

    assert all(passes_checksum(card_number(random)) for _ in range(100))


async def test_a_slow_answer_does_not_hold_the_next_request_back() -> None:
    due = list(arrivals({"page": 1}, per_s=1000, seconds=0.05, random=Random(7)))
    all_sent = asyncio.Event()
    sent = 0

    async def answer_when_all_were_asked(_page: str) -> None:
        nonlocal sent
        sent += 1
        if sent == len(due):
            all_sent.set()
        await all_sent.wait()

    seen = await drive(due, answer_when_all_were_asked)

    assert len(seen.latencies_ms["page"]) == len(due) > 10
    assert seen.failures == []


async def test_a_failed_request_is_counted_and_not_timed() -> None:
    due = list(arrivals({"good": 1, "bad": 1}, per_s=1000, seconds=0.05, random=Random(7)))

    async def fail_bad_ones(page: str) -> None:
        if page == "bad":
            raise RuntimeError("no")

    seen = await drive(due, fail_bad_ones)

    assert set(seen.latencies_ms) == {"good"}
    assert len(seen.failures) == sum(arrival.what == "bad" for arrival in due)
    assert seen.figures()["failures"] == len(seen.failures)


class Silent:
    """A client of a service that is down."""

    def __init__(self, contract: type) -> None:
        self._contract = contract

    async def leave(self) -> None:
        pass

    def __getattr__(self, operation: str) -> Any:
        async def call(*_args: object, **_named: object) -> Any:
            raise Unavailable(f"{self._contract.__name__}/{operation}", "it is down", outcome=Outcome.NOT_SENT)

        return call


async def test_the_whole_marketplace_can_be_wired_by_hand() -> None:
    assembly = assemble(application(Storage.MEMORY))
    for capability in assembly.capabilities.values():
        assert capability.implementation is not None
        async with wired(capability.implementation, capability.dependencies, Silent) as service:
            assert capability.contract.python in type(service).__mro__
    assert assembly.edge is not None
    async with wired(assembly.edge, assembly.edge_dependencies, Silent) as pages:
        assert callable(pages)
