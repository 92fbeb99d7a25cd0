"""Starts git; no other package does. Reads objects and history, changes nothing, and runs nothing that a repository configures.

`Codeowners` reads the file by which code hosts know who owns what.
"""

from .codeowners import PLACES, Codeowners
from .errors import GitFailed
from .running import NO_REASON, read_blobs, run, stream

__all__ = ["NO_REASON", "PLACES", "Codeowners", "GitFailed", "read_blobs", "run", "stream"]
