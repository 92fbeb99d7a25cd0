"""A `.proto` file that others wrote → a contract with its numbers, and what of it contracts do not have."""

from .compiling import ProtoUnread
from .reading import read_proto

__all__ = ["ProtoUnread", "read_proto"]
