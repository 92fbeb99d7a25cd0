"""The edge of a replica: an ordinary ASGI application, with a deadline and an admission for each request."""

from .admission import EdgeAdmission
from .edge import Edge, EdgeNotStarted

__all__ = ["Edge", "EdgeAdmission", "EdgeNotStarted"]
