"""`plures load`: finds what runs, drives a scenario, shows how it goes, and writes the report."""

from .command import load_command
from .options import duration

__all__ = ["duration", "load_command"]
