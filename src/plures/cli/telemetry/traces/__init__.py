"""`plures trace`: one request, seen whole."""

from .group import trace_group

__all__ = ["trace_group"]
