"""Starts git; no other package does. Reads objects and history, changes nothing, and runs nothing that a repository configures."""

from .errors import GitFailed
from .running import NO_REASON, read_blobs, run, stream

__all__ = ["NO_REASON", "GitFailed", "read_blobs", "run", "stream"]
