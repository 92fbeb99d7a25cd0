"""The events of one replica: relays for what its capabilities publish, handlers for what they subscribe to, and what operators may do."""

from .admin import EventAdminService, Outbox, counted
from .admin_contract import (
    DeliveryState,
    EventAdmin,
    EventDetails,
    EventNotKept,
    FailedDelivery,
    PublishedEvent,
    SubscriptionCount,
    Which,
)
from .broker import Carrier, carrier_of
from .delivering import handling, open_outbox

__all__ = [
    "Carrier",
    "DeliveryState",
    "EventAdmin",
    "EventAdminService",
    "EventDetails",
    "EventNotKept",
    "FailedDelivery",
    "Outbox",
    "PublishedEvent",
    "SubscriptionCount",
    "Which",
    "carrier_of",
    "counted",
    "handling",
    "open_outbox",
]
