"""The broker is not there, breaks, forgets everything or refuses us: events wait, and none is lost, doubled or out of order."""

import asyncio
import logging
from pathlib import Path

import nats
import pytest
from parcels_app import Depot
from post import DEPOT, SHOP, arrive, failures, parcels, replica, send, standing, taken, until

from plures.nats.stream import MOST_AGE_S
from plures.topology import Broker
from tests.nats import Nats, free_port

PASSWORD = "s3cret/with@signs"
MAY_NOT_MAKE_STREAMS = """
authorization {
  users: [ { user: any, password: any, permissions: { publish: { deny: "$JS.API.STREAM.CREATE.>" } } } ]
}
no_auth_user: any
"""


def of_nats(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "plures.nats"]


async def test_a_server_that_is_not_there_yet_is_waited_for_and_told_of_once(
    nats_server: Nats, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broker = Broker(nats_server.url)
    async with replica(SHOP, tmp_path, broker) as shop:
        sent = parcels(20, "High Street")
        await send(shop, sent)
        await asyncio.sleep(0.5)
        assert [line.split(": ")[0] for line in of_nats(caplog)][:1] == [
            f"events wait for NATS at {nats_server.address}"
        ]
        caplog.clear()
        await nats_server.start()
        async with replica(DEPOT, tmp_path, broker) as depot:
            await arrive(depot, sent)
        assert not await failures(shop), "a broker that is not there is no failed attempt"
        assert f"events travel over NATS at {nats_server.address} again" in of_nats(caplog)


@pytest.mark.parametrize("forgets", [False, True], ids=["keeps its store", "loses its store"])
async def test_a_server_that_is_killed_under_way_costs_delay_alone(
    nats_server: Nats, tmp_path: Path, *, forgets: bool
) -> None:
    await nats_server.start()
    broker = Broker(nats_server.url)
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        sent = [parcel for street in ("a", "b", "c") for parcel in parcels(100, street)]
        await send(shop, sent)
        for goal in (50, 150):

            async def some(goal: int = goal) -> bool:
                return len(await taken(depot)) >= goal

            await until(some)
            nats_server.kill()
            if forgets:
                nats_server.lose_everything()
            await asyncio.sleep(0.2)
            await nats_server.start()
        await arrive(depot, sent)
        assert not (await standing(shop)).parked


async def test_what_came_of_an_event_is_heard_over_the_next_connection(nats_server: Nats, tmp_path: Path) -> None:
    await nats_server.start()
    broker = Broker(nats_server.url)
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        sent = parcels(1, slow_s=1.0)
        await send(shop, sent)

        async def has_begun() -> bool:
            return await depot.client(Depot).runs(sent[0].number) > 0

        await until(has_begun)
        nats_server.kill()
        nats_server.lose_everything()
        await nats_server.start()
        await arrive(depot, sent)

        async def is_done() -> bool:
            return not (await standing(shop)).backlog

        await until(is_done)
        assert not await failures(shop)
        assert await depot.client(Depot).runs(sent[0].number) == 1


async def test_a_server_that_stands_still_costs_delay_alone(nats_server: Nats, tmp_path: Path) -> None:
    await nats_server.start()
    broker = Broker(nats_server.url)
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        before, during = parcels(5, "one"), parcels(5, "two")
        await send(shop, before)
        await arrive(depot, before)
        nats_server.suspend()
        await send(shop, during)
        await asyncio.sleep(3)
        assert await taken(depot) == [parcel.number for parcel in before]
        nats_server.resume()
        await arrive(depot, during)
        assert not await failures(shop)


async def test_a_stream_or_a_consumer_that_is_deleted_is_made_again(nats_server: Nats, tmp_path: Path) -> None:
    await nats_server.start()
    broker = Broker(nats_server.url)
    async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
        operator = await nats.connect(nats_server.url)
        for delete in (
            lambda: operator.jetstream().delete_consumer("plures-parcels", "depot-take"),
            lambda: operator.jetstream().delete_stream("plures-parcels"),
        ):
            sent = parcels(10, "one")
            await send(shop, sent)
            await arrive(depot, sent)
            await delete()
        sent = parcels(10, "one")
        await send(shop, sent)
        await arrive(depot, sent)
        await operator.close()


async def test_a_wrong_password_is_told_without_showing_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = Nats(tmp_path / "nats", 'authorization { user: "shop", password: "another" }')
    await server.start()
    file = tmp_path / "url"
    file.write_text(f"nats://shop:s3cret%2Fwith%40signs@{server.address}\n")
    broker = Broker(url_file=file)
    try:
        async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
            sent = parcels(3)
            await send(shop, sent)
            await asyncio.sleep(0.5)
            lines = of_nats(caplog)
            assert f"events wait for NATS at {server.address}: Authorization Violation" in lines
            server.kill()
            server.settings = f'authorization {{ user: "shop", password: "{PASSWORD}" }}'
            await server.start()
            await arrive(depot, sent)
    finally:
        server.kill()
    assert PASSWORD not in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_server_without_tls_never_gets_a_password_that_was_meant_for_tls(
    nats_server: Nats, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await nats_server.start()
    file = tmp_path / "url"
    file.write_text(f"tls://shop:s3cret@{nats_server.address}")
    async with replica(SHOP, tmp_path, Broker(url_file=file)):
        async with asyncio.timeout(20):
            while not of_nats(caplog):  # noqa: ASYNC110 - this sleep waits for no event
                await asyncio.sleep(0.02)
    assert "it does not ask for TLS, and the URL does" in of_nats(caplog)[0]


@pytest.mark.parametrize(
    ("settings", "replicas", "told"),
    [
        ("", 3, "the server says: replicas > 1 not supported"),
        ("jetstream: disabled", 1, "the server has no stream for it, or no JetStream"),
        (MAY_NOT_MAKE_STREAMS, 1, "permissions violation for publish to"),
    ],
    ids=["more replicas than servers", "without JetStream", "without the right to make a stream"],
)
async def test_a_server_that_cannot_carry_events_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: str, replicas: int, told: str
) -> None:
    server = Nats(tmp_path / "nats", settings)
    await server.start()
    try:
        async with replica(SHOP, tmp_path, Broker(server.url, replicas=replicas)):
            async with asyncio.timeout(20):
                while not of_nats(caplog):  # noqa: ASYNC110 - this sleep waits for no event
                    await asyncio.sleep(0.02)
        assert told in of_nats(caplog)[0]
    finally:
        server.kill()


async def test_the_stream_of_another_version_is_changed_and_that_of_another_application_is_not(
    shared_nats: Nats, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    operator = await nats.connect(shared_nats.url)
    jetstream = operator.jetstream()
    await jetstream.add_stream(name="plures-older", subjects=["plures.older.>"], max_age=60, retention="workqueue")
    await jetstream.add_stream(name="plures-theirs", subjects=["theirs.>"], max_age=60)
    older = Broker(shared_nats.url, name="older")
    async with replica(SHOP, tmp_path / "1", older) as shop, replica(DEPOT, tmp_path / "1", older) as depot:
        sent = parcels(3)
        await send(shop, sent)
        await arrive(depot, sent)
    assert (await jetstream.stream_info("plures-older")).config.max_age == MOST_AGE_S
    async with replica(SHOP, tmp_path / "2", Broker(shared_nats.url, name="theirs")):
        async with asyncio.timeout(20):
            while not of_nats(caplog):  # noqa: ASYNC110 - this sleep waits for no event
                await asyncio.sleep(0.02)
    assert "there is a stream 'plures-theirs' already, and it takes other subjects" in of_nats(caplog)[0]
    assert (await jetstream.stream_info("plures-theirs")).config.subjects == ["theirs.>"]
    await operator.close()


async def test_a_cluster_that_loses_a_server_goes_on(tmp_path: Path) -> None:
    servers = cluster(tmp_path)
    try:
        await asyncio.gather(*(server.start() for server in servers))
        broker = Broker(",".join(server.url for server in servers), replicas=3)
        async with replica(SHOP, tmp_path, broker) as shop, replica(DEPOT, tmp_path, broker) as depot:
            sent = parcels(20, "one")
            await send(shop, sent)
            await arrive(depot, sent)
            sent = parcels(60, "one")
            await send(shop, sent)
            servers[0].kill()
            await arrive(depot, sent)
            assert not (await standing(shop)).parked
    finally:
        for server in servers:
            server.kill()


def cluster(folder: Path) -> list[Nats]:
    servers = [Nats(folder / f"nats-{n}") for n in range(3)]
    routes = [free_port() for _ in servers]
    for server, own in zip(servers, routes, strict=True):
        others = ", ".join(f'"nats://127.0.0.1:{route}"' for route in routes)
        server.settings = (
            f"server_name: n{own}\ncluster {{ name: tests\n listen: 127.0.0.1:{own}\n routes: [{others}] }}"
        )
    return servers
