"""The replicas of capabilities elsewhere: which there are, how they do, and which of them to call."""

from .directory import Directory
from .endpoint import Endpoint
from .endpoints import Endpoints
from .heartbeats import Heartbeats

__all__ = ["Directory", "Endpoint", "Endpoints", "Heartbeats"]
