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
from .delivering import handling, open_outbox

__all__ = [
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
    "counted",
    "handling",
    "open_outbox",
]
