"""Operations that pages of other sites call in browsers, at the public listener beside the edge.

    asgi          a request and its response, between ASGI and `plures.http`
    forwarding    an operation that a client of its capability answers, wherever that runs
    publisher     one request: who makes it, and what it is answered
    front         which requests are such ones; the edge gets all others

The edge calls what is published as it calls all else, so that pages find it at one address in every placement. Source: docs/adr/0051-cors.md
"""

from .front import Front, published_beside

__all__ = ["Front", "published_beside"]
