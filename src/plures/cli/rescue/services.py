"""The existing services of plures.toml, for `plures run`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plures.deploy import ServedHost
    from plures.topology import Settings


class Services:
    """Those of one topology, looked through for clashes.

    Attributes:
        settings: Those of the file, with commands in place of processes of services where a supervisor runs them.
    """

    def __init__(self, settings: "Settings", topology: str | None, file: Path, say: Callable[[str], None]) -> None:
        """Raises `InvalidInput` with all that is wrong."""
        from plures.rescue import as_commands, log_by_service, placed_services

        self._placed = placed_services(settings, topology or "monolith")
        self._say = say
        self.settings = settings if self._placed.is_together else as_commands(self._placed, file)
        log_by_service(settings.logs)

    @property
    def is_all(self) -> bool:
        """Whether there is nothing else to run, and one process is enough."""
        return self._placed.is_together and not self.settings.application

    def run(self) -> int:
        """Run them in this process until a signal comes. The exit status."""
        from plures.rescue import run_together

        return run_together(self._placed, self._say)

    @property
    def beside(self) -> "Callable[[ServedHost], AbstractAsyncContextManager[None]] | None":
        """What runs them beside an application in this process; None where they have processes of their own."""
        from plures.rescue import beside_host

        return beside_host(self._placed, self._say) if self._placed.is_together else None
