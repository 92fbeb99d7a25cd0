"""Layer 4: who is at the other end of a connection between machines, by certificates.

    names        names of processes in certificates: `spiffe://<application>/<process>`

It knows neither HTTP nor what a peer may call: `plures.access` decides that.
"""

from .names import named_peer

__all__ = ["named_peer"]
