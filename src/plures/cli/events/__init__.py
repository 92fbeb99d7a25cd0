"""`plures events`."""

from .group import events_group

__all__ = ["events_group"]
