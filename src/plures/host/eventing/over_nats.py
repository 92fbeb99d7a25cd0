"""Carries events over NATS JetStream. Imported only where plures.toml says so: nats-py is an extra."""

from typing import Any, Final

from plures.application import Assembly
from plures.nats import Connector, NatsTransport, Receiver, Stream, address_of
from plures.runtime import Client, Deadlines, Dispatcher, Endpoints, RemoteCaller, bind
from plures.topology import PlacedBroker

_URL: Final = "nats:"


class OverNats:
    """The deliveries of one replica, to and from other processes."""

    def __init__(
        self, assembly: Assembly, placed: PlacedBroker, url: str, deadlines: Deadlines, dispatcher: Dispatcher
    ) -> None:
        self._assembly = assembly
        self._deadlines = deadlines
        self._seal = dispatcher.seal
        stream = Stream(placed.broker.name or assembly.name, placed.broker.replicas)
        self._connector = Connector(address_of(url), stream)
        subjects = {each.delivery.path: stream.subject(each.name) for each in assembly.subscriptions}
        self._transport = NatsTransport(self._connector, subjects)
        self._receivers = [
            Receiver(self._connector, stream, each.name, each.delivery, dispatcher=dispatcher)
            for each in assembly.subscriptions
            if each.publisher in placed.peers and dispatcher.operation(each.delivery.path) is not None
        ]

    def client(self, subscriber: str) -> Any:
        deliveries = self._assembly.deliveries[subscriber]
        client = Client(deliveries.service)
        caller = RemoteCaller(Endpoints.fixed(_URL), self._transport, self._deadlines, seal=self._seal)
        bind(client, deliveries, caller.bind)
        return client

    def start(self) -> None:
        self._connector.start()

    def close(self) -> None:
        for receiver in self._receivers:
            receiver.close()

    async def stop(self) -> None:
        for receiver in self._receivers:
            await receiver.finish()
        await self._connector.stop()
