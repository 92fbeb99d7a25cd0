"""The edge of a replica: an ordinary ASGI or WSGI application, with a deadline and an admission for each request."""

from .admission import EdgeAdmission
from .duties import warn_of_duties
from .edge import Edge, EdgeNotStarted
from .opening import open_edge
from .served import EdgeNotCallable, served
from .wsgi import EDGE_THREADS

__all__ = [
    "EDGE_THREADS",
    "Edge",
    "EdgeAdmission",
    "EdgeNotCallable",
    "EdgeNotStarted",
    "open_edge",
    "served",
    "warn_of_duties",
]
