"""The stream of an application, and its consumers: what they are called, what they may hold, and how they are made.

Whatever is in them may be lost. So they are small: what no one takes goes within an hour, and the oldest goes first where there is much.
"""

from typing import Any, Final

import msgspec

from .driver import Connection
from .pace import Pace
from .trouble import Trouble

MOST_AGE_S: Final = 3600.0
MOST_BYTES: Final = 64 * 1024 * 1024
FORGET_S: Final = 24 * 3600.0
"""A consumer from which no one has pulled for so long is removed by the server."""

_API: Final = "$JS.API"
_NAME_IN_USE: Final = 10058


class Stream(msgspec.Struct, frozen=True):
    """The names of what an application has on the servers.

    Args:
        replicas: On how many servers of a cluster it is.
    """

    name: str
    replicas: int = 1

    @property
    def title(self) -> str:
        return f"plures-{self.name}"

    def subject(self, subscription: str) -> str:
        """On which the events for a subscription (`notifications.confirm`) travel."""
        return f"plures.{self.name}.{subscription}"

    def durable(self, subscription: str) -> str:
        """The consumer that the replicas of a subscriber share."""
        return subscription.replace(".", "-")

    def pulling(self, subscription: str) -> str:
        """On which the server is asked for the messages of a subscription."""
        return f"{_API}.CONSUMER.MSG.NEXT.{self.title}.{self.durable(subscription)}"

    async def set_up(self, connection: Connection) -> None:
        """Make the stream, or change it to what this version wants; raises `Trouble`. Any process may do it, at any time."""
        wanted = {
            "name": self.title,
            "description": "Events of an application on their way; Plures made it, and nothing in it is the only copy.",
            "subjects": [f"plures.{self.name}.>"],
            "retention": "workqueue",
            "max_age": _nanoseconds(MOST_AGE_S),
            "max_bytes": MOST_BYTES,
            "discard": "old",
            "storage": "file",
            "num_replicas": self.replicas,
        }
        try:
            await self._ask(connection, "STREAM.CREATE", wanted)
        except Trouble as error:
            if error.code != _NAME_IN_USE:
                raise
            there = await self._ask(connection, "STREAM.INFO", {})
            if there["config"].get("subjects") != wanted["subjects"]:
                message = f"there is a stream {self.title!r} already, and it takes other subjects"
                raise Trouble(message) from None
            await self._ask(connection, "STREAM.UPDATE", wanted)

    async def set_up_consumer(self, connection: Connection, subscription: str, pace: Pace) -> None:
        """Make the consumer of a subscription; raises `Trouble`."""
        durable = self.durable(subscription)
        config = {
            "name": durable,
            "durable_name": durable,
            "filter_subject": self.subject(subscription),
            "deliver_policy": "all",
            "replay_policy": "instant",
            "ack_policy": "explicit",
            "ack_wait": _nanoseconds(pace.silent_s),
            "inactive_threshold": _nanoseconds(FORGET_S),
        }
        # Another version may have made it a little different.
        wanted = {"stream_name": self.title, "config": config, "action": ""}
        await self._ask(connection, "CONSUMER.CREATE", wanted, f".{durable}")

    async def _ask(self, connection: Connection, what: str, body: object, below: str = "") -> Any:
        """The API of JetStream. Source: docs.nats.io/reference/reference-protocols/nats_api_reference."""
        return await connection.ask(f"{_API}.{what}.{self.title}{below}", msgspec.json.encode(body), {})


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
