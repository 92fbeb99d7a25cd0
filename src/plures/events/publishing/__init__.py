"""Publishing: from a service into the outbox."""

from .errors import EventNotWritable, EventUndeclared, PublishedOutside
from .events import Events

__all__ = ["EventNotWritable", "EventUndeclared", "Events", "PublishedOutside"]
