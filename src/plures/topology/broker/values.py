"""The broker of plures.toml and who uses it, as values."""

from pathlib import Path

import msgspec

from plures.topology.storage import variables_in


class Broker(msgspec.Struct, frozen=True):
    """Servers of NATS with JetStream, which carry events from process to process.

    Attributes:
        url: Where they are, with references in place of secrets, several with commas between; empty when a file holds it.
        url_file: The file that holds the URL.
        replicas: On how many servers the stream is.
        name: What the stream and the subjects are named after; empty for the name of the application.
    """

    url: str = ""
    url_file: Path | None = None
    replicas: int = 1
    name: str = ""

    @property
    def variables(self) -> frozenset[str]:
        """The variables of the environment that it refers to."""
        return variables_in(self.url)


class PlacedBroker(msgspec.Struct, frozen=True):
    """How one process takes part.

    Attributes:
        peers: The capabilities of the other processes that run this application. Events between them and those here go over the broker.
    """

    broker: Broker
    peers: frozenset[str]
