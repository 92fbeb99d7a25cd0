"""`plures topology isolate`: `command` is what is typed, `report` what is computed, `verification` what is seen."""

from .command import isolate_command

__all__ = ["isolate_command"]
