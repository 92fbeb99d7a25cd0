"""What carries events between processes, as plures.toml says it. Holds references to secrets, never a secret."""

from .parse_broker import parse_broker
from .references import is_broker_url
from .rules import BROKER_VARIABLE
from .values import Broker, PlacedBroker

__all__ = ["BROKER_VARIABLE", "Broker", "PlacedBroker", "is_broker_url", "parse_broker"]
