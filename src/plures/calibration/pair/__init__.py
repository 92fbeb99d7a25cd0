"""The application by which a machine is measured: two processes, of which one calls the other. `plures run` runs it as any other."""

from typing import Final

IMPORTED: Final = "PLURES_CALIBRATION_IMPORT"
"""The module of the application that is planned for: a process that has imported it takes the memory that one of its processes does."""

__all__ = ["IMPORTED"]
