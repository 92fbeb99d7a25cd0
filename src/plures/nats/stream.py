"""The stream of an application, and its consumers: what they are called, what they may hold, and how they are made.

Whatever is in them may be lost. So they are small: what no one takes goes within an hour, and the oldest goes first where there is much.
"""

from dataclasses import dataclass
from typing import Final

import nats.js.errors
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from .driver import Connection, Trouble, translated
from .pace import Pace

MOST_AGE_S: Final = 3600.0
MOST_BYTES: Final = 64 * 1024 * 1024
FORGET_S: Final = 24 * 3600.0
"""A consumer from which no one has pulled for so long is removed by the server."""

_NAME_IN_USE: Final = 10058


@dataclass(frozen=True)
class Stream:
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

    async def set_up(self, connection: Connection) -> None:
        """Make the stream, or change it to what this version wants; raises `Trouble`. Any process may do it, at any time."""
        wanted = StreamConfig(
            name=self.title,
            description="Events of an application on their way; Plures made it, and nothing in it is the only copy.",
            subjects=[f"plures.{self.name}.>"],
            retention=RetentionPolicy.WORK_QUEUE,
            max_age=MOST_AGE_S,
            max_bytes=MOST_BYTES,
            discard=DiscardPolicy.OLD,
            storage=StorageType.FILE,
            num_replicas=self.replicas,
        )
        with translated():
            try:
                await connection.jetstream.add_stream(wanted)
            except nats.js.errors.APIError as error:
                if error.err_code != _NAME_IN_USE:
                    raise
                there = await connection.jetstream.stream_info(self.title)
                if there.config.subjects != wanted.subjects:
                    message = f"there is a stream {self.title!r} already, and it takes other subjects"
                    raise Trouble(message) from None
                await connection.jetstream.update_stream(wanted)

    async def set_up_consumer(self, connection: Connection, subscription: str, pace: Pace) -> None:
        """Make the consumer of a subscription; raises `Trouble`."""
        config = ConsumerConfig(
            durable_name=self.durable(subscription),
            filter_subject=self.subject(subscription),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=pace.silent_s,
            inactive_threshold=FORGET_S,
        )
        with translated():
            await connection.jetstream.add_consumer(self.title, config)
