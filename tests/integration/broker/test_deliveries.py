"""What travels over NATS means what it means over HTTP: attempts, order, parking, deadlines, and one effect."""

import asyncio
from pathlib import Path

import nats
from parcels_app import Depot
from post import DEPOT, SHOP, arrive, failures, parcels, replica, send, standing, taken, until

from plures.host import DeliveryState, Host
from plures.topology import Broker
from tests.nats import Nats


async def none_is_left(shop: Host) -> None:
    async def is_empty() -> bool:
        count = await standing(shop)
        return not (count.backlog or count.retrying or count.waiting)

    await until(is_empty)


async def test_a_poison_message_holds_up_its_street_alone(shared_nats: Nats, tmp_path: Path) -> None:
    broker = Broker(shared_nats.url, name="poison")
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        torn = parcels(1, "one", fails=True)
        behind, beside = parcels(2, "one"), parcels(5, "two")
        await send(shop, [*torn, *behind, *beside])
        await arrive(depot, beside)

        async def was_tried_twice() -> bool:
            return await depot.client(Depot).runs(torn[0].number) >= 2

        await until(was_tried_twice)
        failed = {failure.sequence: failure for failure in await failures(shop)}
        assert [failure.state for failure in failed.values()].count(DeliveryState.WAITING) == 2
        retrying = next(failure for failure in failed.values() if failure.state is DeliveryState.RETRYING)
        assert "parcels.depot.v1.Depot/Take" in retrying.error, "the error is the one that HTTP would bring"
        assert not set(await taken(depot)) & {parcel.number for parcel in behind}


async def test_a_message_that_the_server_does_not_take_is_a_failed_attempt(tmp_path: Path) -> None:
    server = Nats(tmp_path / "nats", "max_payload: 4096")
    await server.start()
    broker = Broker(server.url)
    try:
        async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
            await send(shop, [*parcels(1, padding="x" * 5000), *(small := parcels(5))])
            await arrive(depot, small)
            nearly = parcels(1, padding="x" * 3000)
            await send(shop, nearly)
            await arrive(depot, nearly)
            (failure,) = await failures(shop)
            assert "over the limit of 4,096 that the NATS server has (max_payload)" in failure.error
    finally:
        server.kill()


async def test_two_applications_on_one_server_do_not_meet(shared_nats: Nats, tmp_path: Path) -> None:
    first, second = Broker(shared_nats.url, name="first"), Broker(shared_nats.url, name="second")
    async with (
        replica(SHOP, tmp_path / "1", first) as shop,
        replica(DEPOT, tmp_path / "1", first) as depot,
        replica(SHOP, tmp_path / "2", second) as other_shop,
        replica(DEPOT, tmp_path / "2", second) as other,
    ):
        ours, theirs = parcels(20), parcels(20)
        await asyncio.gather(send(shop, ours), send(other_shop, theirs))
        await asyncio.gather(arrive(depot, ours), arrive(other, theirs))
        assert len(await taken(depot)) == len(await taken(other)) == 20


async def test_a_handler_that_works_longer_than_the_server_waits_runs_once(shared_nats: Nats, tmp_path: Path) -> None:
    broker = Broker(shared_nats.url, name="slow")
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        sent = parcels(1, slow_s=7.0)
        await send(shop, sent)
        await arrive(depot, sent)
        assert await depot.client(Depot).runs(sent[0].number) == 1
        await none_is_left(shop)
        assert not await failures(shop)


async def test_what_is_in_hand_when_a_replica_stops_is_brought_to_its_end(shared_nats: Nats, tmp_path: Path) -> None:
    broker = Broker(shared_nats.url, name="stop")
    async with replica(SHOP, tmp_path, broker) as shop:
        async with replica(DEPOT, tmp_path, broker) as depot:
            sent = [*parcels(3, slow_s=0.5), *parcels(30, "queue")]
            await send(shop, sent)

            async def has_begun() -> bool:
                return await depot.client(Depot).runs(sent[0].number) > 0

            await until(has_begun)
        assert not await failures(shop)
        async with replica(DEPOT, tmp_path, broker) as depot:
            await arrive(depot, sent)
        assert not await failures(shop)


async def test_an_old_message_does_not_run(shared_nats: Nats, tmp_path: Path) -> None:
    broker = Broker(shared_nats.url, name="old")
    async with replica(SHOP, tmp_path, broker) as shop:
        sent = parcels(1)
        await send(shop, sent)
        client = await nats.connect(shared_nats.url)

        async def is_stored() -> bool:
            try:
                return (await client.jetstream().stream_info("plures-old")).state.messages > 0
            except nats.js.errors.NotFoundError:
                return False

        await until(is_stored)
    # Its publisher is gone, and with it the outbox of this test.
    async with replica(DEPOT, tmp_path, broker) as depot:

        async def is_dropped() -> bool:
            return not await is_stored()

        await until(is_dropped)
        assert not await depot.client(Depot).runs(sent[0].number)
    await client.close()


async def test_what_others_put_there_is_dropped(shared_nats: Nats, tmp_path: Path) -> None:
    broker = Broker(shared_nats.url, name="litter")
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        await arrive(depot, [])
        sent = parcels(3)
        await send(shop, sent)
        await arrive(depot, sent)
        client = await nats.connect(shared_nats.url)
        for headers in (None, {"Plures-Attempt": "plures.litter.shop"}, {"Plures-Attempt": "_INBOX.none.1"}):
            await client.jetstream().publish("plures.litter.depot.take", b"{", headers=headers)

        async def is_dropped() -> bool:
            return not (await client.jetstream().stream_info("plures-litter")).state.messages

        await until(is_dropped)
        await client.close()
        assert len(await taken(depot)) == 3


async def test_a_subscriber_of_a_version_without_the_broker_is_waited_for(shared_nats: Nats, tmp_path: Path) -> None:
    broker = Broker(shared_nats.url, name="versions")
    async with replica(SHOP, tmp_path, broker) as shop:
        async with replica(DEPOT, tmp_path, None) as old:
            sent = parcels(5, "one")
            await send(shop, sent)
            await asyncio.sleep(3)
            assert not await taken(old)
        assert not await failures(shop), "no attempt was counted"
        async with replica(DEPOT, tmp_path, broker) as depot:
            await arrive(depot, sent)
