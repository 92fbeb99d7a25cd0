"""A connector that finds no server tells so once, says why, and can be stopped."""

import asyncio
import logging
import socket

import pytest

from plures.nats import Connector, NatsTransport, Pace, Stream, address_of
from plures.runtime import NotSent, Outgoing
from tests.raw_server import Reader, Writer, raw_server

QUICK = Pace(again_first_s=0.001, again_most_s=0.001)


async def test_what_is_told_of_a_server_that_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        connector = Connector(address_of(f"nats://shop:s3cret@{address}"), Stream("shop"), QUICK)
        transport = NatsTransport(connector, {"/shop.Mail/Confirm": "plures.shop.mail.confirm"})
        connector.start()
        async with asyncio.timeout(20):
            while len(caplog.records) < 3:  # noqa: ASYNC110 - this sleep waits for no event
                await asyncio.sleep(0.01)
        with pytest.raises(NotSent, match="no connection to NATS"):
            await transport.unary("nats:", Outgoing("/shop.Mail/Confirm", 1000, 1, b"{}"))
        await connector.stop()
    lines = [record.getMessage() for record in caplog.records]
    assert set(lines) == {f"events wait for NATS at {address}: Connection refused"}
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    assert connector._failures >= 4, "it is told the first, the second, the fourth time, and so on"


async def test_a_handshake_that_fails_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def answers(reader: Reader, writer: Writer) -> None:
        writer.write(b'INFO {"tls_required": true, "version": "2.11.0", "max_payload": 1024}\r\n')
        await reader.read(1)
        writer.write(b"this is no handshake\r\n")
        await reader.read()

    async with raw_server(answers) as server:
        address = server.url.removeprefix("http://")
        connector = Connector(address_of(f"tls://shop:s3cret@{address}"), Stream("shop"), QUICK)
        connector.start()
        async with asyncio.timeout(20):
            while len(caplog.records) < 2:  # noqa: ASYNC110 - this sleep waits for no event
                await asyncio.sleep(0.01)
        await connector.stop()
    assert all("SSL" in record.getMessage() for record in caplog.records)


async def test_one_that_connects_can_be_stopped_at_any_moment() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = address_of(f"nats://127.0.0.1:{free.getsockname()[1]}")
        async with asyncio.timeout(60):
            for turns in range(100):
                connector = Connector(address, Stream("shop"), QUICK)
                connector.start()
                for _ in range(turns):
                    await asyncio.sleep(0)
                await connector.stop()


def test_names_come_from_application_and_subscription() -> None:
    stream = Stream("shop-staging")
    assert stream.title == "plures-shop-staging"
    assert stream.subject("mail.confirm") == "plures.shop-staging.mail.confirm"
    assert stream.durable("mail.confirm") == "mail-confirm"


def test_waits_grow_up_to_the_longest() -> None:
    pace = Pace(random=lambda: 1.0)
    assert [pace.again_s(failures) for failures in (1, 2, 3, 100)] == [0.1, 0.2, 0.4, 5.0]
