"""Calls between services of one process: an address book, HTTP clients that look into it, and what carries a request without a socket."""

from .book import Answering, Book, Elsewhere, LoopHeld, Origin, origin_of
from .callee import Asgi, Callee, Message, log
from .intercept import intercepted

__all__ = [
    "Answering",
    "Asgi",
    "Book",
    "Callee",
    "Elsewhere",
    "LoopHeld",
    "Message",
    "Origin",
    "intercepted",
    "log",
    "origin_of",
]
