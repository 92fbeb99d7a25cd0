"""Publishers that were killed, or stand still, with messages in hand at a replica: it goes on with those of the others at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import nats
from nats.aio.msg import Msg
from post import ASSEMBLY, PATIENCE_S, numbers, until

from plures.nats import Connector, NatsTransport, Pace, Receiver, Stream, address_of, words
from plures.runtime import Outgoing, Reply
from tests.nats import Nats

SUBSCRIPTION: Final = "depot.take"
OPERATION: Final = next(each.delivery for each in ASSEMBLY.subscriptions if each.name == SUBSCRIPTION)
# Longer than any test waits: what has to wait for one of these fails.
NEVER_S: Final = 3600
REPLICA: Final = Pace(taken_s=0.5, ask_s=NEVER_S)
PUBLISHER: Final = Pace(taken_s=PATIENCE_S)
MANY: Final = 64


class Desk:
    """Handles what arrives, in place of a service.

    Attributes:
        begun: So many have been begun.
    """

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def unary(self, *_: object) -> Reply:
        self.begun += 1
        await self.may_end.wait()
        return Reply(200, b"{}")


@asynccontextmanager
async def replica(server: Nats, stream: Stream, desk: Any) -> AsyncIterator[None]:
    connector = Connector(address_of(server.url), stream, REPLICA)
    receiver = Receiver(connector, stream, SUBSCRIPTION, OPERATION, dispatcher=desk, pace=REPLICA)
    connector.start()
    try:
        yield
    finally:
        receiver.close()
        await receiver.finish()
        await connector.stop()


@asynccontextmanager
async def publisher(server: Nats, stream: Stream) -> AsyncIterator[NatsTransport]:
    connector = Connector(address_of(server.url), stream, PUBLISHER)
    transport = NatsTransport(connector, {OPERATION.path: stream.subject(SUBSCRIPTION)}, PUBLISHER)
    connector.start()

    async def is_connected() -> bool:
        return connector.connection is not None

    try:
        await until(is_connected)
        yield transport
    finally:
        await connector.stop()


async def deliver(transport: NatsTransport) -> Reply:
    return await transport.unary("", Outgoing(OPERATION.path, NEVER_S * 1000, 1, b"{}"))


async def test_one_whose_publishers_were_killed_goes_on(shared_nats: Nats) -> None:
    stream, desk = Stream(f"silent-{next(numbers)}"), Desk()
    async with replica(shared_nats, stream, desk):
        for number in range(1, 5):
            async with publisher(shared_nats, stream) as dies:
                waiting = [asyncio.create_task(deliver(dies)) for _ in range(16)]

                async def have_begun(goal: int = 16 * number) -> bool:
                    return desk.begun == goal

                await until(have_begun)
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            desk.may_end.set()
            await asyncio.sleep(0)
            desk.may_end.clear()
        desk.may_end.set()
        async with publisher(shared_nats, stream) as transport, asyncio.timeout(PATIENCE_S):
            assert (await deliver(transport)).http_status == 200


async def test_one_whose_publisher_stands_still_goes_on(shared_nats: Nats) -> None:
    stream, desk = Stream(f"silent-{next(numbers)}"), Desk()
    desk.may_end.set()
    asked: set[str] = set()

    async def listened(message: Msg) -> None:
        asked.add(message.subject)

    async with replica(shared_nats, stream, desk), publisher(shared_nats, stream) as transport:
        client = await nats.connect(shared_nats.url)
        await client.subscribe("_INBOX.still.*", cb=listened)
        for number in range(MANY):
            headers = {words.ATTEMPT: f"_INBOX.still.{number}"}
            await client.jetstream().publish(stream.subject(SUBSCRIPTION), b"{}", headers=headers)

        async def are_asked() -> bool:
            return len(asked) == MANY

        async with asyncio.timeout(PATIENCE_S):
            await until(are_asked)
            assert (await deliver(transport)).http_status == 200
        await client.close()
        assert desk.begun == 1
