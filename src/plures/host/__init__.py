"""Layer 6: the composition root of one replica."""

from . import sagas
from .edge import EdgeNotStarted
from .eventing import (
    DeliveryState,
    EventAdmin,
    EventAdminService,
    EventDetails,
    EventNotKept,
    FailedDelivery,
    Outbox,
    PublishedEvent,
    SubscriptionCount,
    Which,
)
from .faults import Fault, read_faults
from .host import Host
from .moves import MOVES, Ticket, issued
from .placement import Mode, Placement
from .places import NotPrepared, database_in, passwords_of, place_of, server_url
from .residents import StillBusy
from .telling import declared

__all__ = [
    "MOVES",
    "DeliveryState",
    "EdgeNotStarted",
    "EventAdmin",
    "EventAdminService",
    "EventDetails",
    "EventNotKept",
    "FailedDelivery",
    "Fault",
    "Host",
    "Mode",
    "NotPrepared",
    "Outbox",
    "Placement",
    "PublishedEvent",
    "StillBusy",
    "SubscriptionCount",
    "Ticket",
    "Which",
    "database_in",
    "declared",
    "issued",
    "passwords_of",
    "place_of",
    "read_faults",
    "sagas",
    "server_url",
]
