"""Layer 9: the command line — parse, call, print, exit codes."""

from .main import main

__all__ = ["main"]
