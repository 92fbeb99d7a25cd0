"""What a run is told to do while it runs, and how it is asked what runs: `desk` takes orders, `giving` gives them, `messages` is what both say."""

from .desk import Say, in_words, taking_orders
from .errors import OrderFailed, OrderUnderWay, RunGone, RunSilent
from .giving import ask, is_halted, order, silent
from .messages import Apply, Failed, Order, ProcessShown, ReplicaShown, Restart, Scale, Show, Shown, Stop

__all__ = [
    "Apply",
    "Failed",
    "Order",
    "OrderFailed",
    "OrderUnderWay",
    "ProcessShown",
    "ReplicaShown",
    "Restart",
    "RunGone",
    "RunSilent",
    "Say",
    "Scale",
    "Show",
    "Shown",
    "Stop",
    "ask",
    "in_words",
    "is_halted",
    "order",
    "silent",
    "taking_orders",
]
