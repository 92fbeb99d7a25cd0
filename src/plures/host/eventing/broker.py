"""What carries events between this replica and other processes, where plures.toml names a broker."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from plures.application import Assembly
from plures.errors import PluresError, Text
from plures.runtime import Deadlines, Dispatcher
from plures.topology import Broker, PlacedBroker, filled, is_broker_url


@dataclass(eq=False)
class NatsMissing(PluresError):
    """Events are to travel over NATS, and the package that speaks to it is not installed."""

    code = "host.nats_missing"
    wording = Text(
        "Cannot carry the events of application {application!r} over NATS",
        why="nats-py is not installed",
        fix="Install it: pip install 'plures[nats]'",
    )

    application: str


@dataclass(eq=False)
class BrokerUnknown(PluresError):
    """The reference in `[events]` leads to no URL. It is not repeated, since it may hold a password."""

    code = "host.broker_unknown"
    wording = Text(
        "Cannot find out where the NATS servers are",
        why="{reason}",
        fix="Give this process what [events] of plures.toml refers to: a URL such as nats://host:4222, with %-codes for special characters in user and password.",
    )

    reason: str


class Carrier(Protocol):
    """Carries events from here to other processes, and from there to here."""

    def client(self, subscriber: str) -> Any:
        """A client of the operations by which a capability elsewhere gets events."""
        ...

    def start(self) -> None:
        """Begin to connect, and to take events for the services here, which have started."""
        ...

    def close(self) -> None:
        """Take no more events."""
        ...

    async def stop(self) -> None:
        """Tell what came of the last ones, and disconnect."""
        ...


def carrier_of(
    assembly: Assembly, placed: PlacedBroker, deadlines: Deadlines, dispatcher: Dispatcher, variables: Mapping[str, str]
) -> Carrier:
    """The carrier of a replica.

    Args:
        dispatcher: What runs the deliveries that arrive.
        variables: The environment.

    Raises:
        NatsMissing: The package that speaks to the broker is not installed.
        BrokerUnknown: The references lead to no URL.
    """
    if find_spec("nats") is None:
        raise NatsMissing(assembly.name)
    from .over_nats import OverNats

    return OverNats(assembly, placed, broker_url(placed.broker, variables), deadlines, dispatcher)


def broker_url(broker: Broker, variables: Mapping[str, str]) -> str:
    """The URL with everything that its references lead to; raises `BrokerUnknown`."""
    if broker.url_file is None:
        source = ", ".join(sorted(broker.variables)) or "plures.toml"
        try:
            url = filled(broker.url, variables)
        except KeyError as error:
            raise BrokerUnknown(f"variable {error.args[0]} of the environment is not set") from None
    else:
        source = str(broker.url_file)
        try:
            url = broker.url_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise BrokerUnknown(f"{source} cannot be read ({reason})") from None
    if not is_broker_url(url):
        raise BrokerUnknown(f"what {source} holds is not the URL of servers of NATS")
    return url
