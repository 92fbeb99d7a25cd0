"""A contract as a `.proto` file."""

from .file import problems_of, proto_text

__all__ = ["problems_of", "proto_text"]
